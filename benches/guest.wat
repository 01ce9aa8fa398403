;; The guest of the benchmarks: functions that do next to nothing, so that what is measured is the way to them and back.
(module
    (memory (export "memory") 1)

    ;; The allocator. Sizes are rounded up to a power of two, and each has a list of free blocks, so both functions take
    ;; the same few steps whatever they are asked for, and memory stops growing once every block has been lent before.
    ;;
    ;; A block is 16 bytes of header, which hold the base-two logarithm of its size, and what the caller gets.
    ;; A free one holds the address of the next. The heads of the lists, 32 of 4 bytes, are at 64.
    (global $end (mut i32) (i32.const 1024))

    (func $malloc (export "malloc") (param $size i32) (result i32)
        (local $class i32) (local $head i32) (local $block i32)
        (if (i32.gt_u (local.get $size) (i32.const 0x40000000)) (then (return (i32.const 0))))
        (local.set $class (i32.const 4))
        (if (i32.gt_u (local.get $size) (i32.const 16)) (then
            (local.set $class (i32.sub (i32.const 32) (i32.clz (i32.sub (local.get $size) (i32.const 1)))))))
        (local.set $head (i32.add (i32.const 64) (i32.shl (local.get $class) (i32.const 2))))
        (local.set $block (i32.load (local.get $head)))
        (if (i32.eqz (local.get $block)) (then (return (call $fresh (local.get $class)))))
        (i32.store (local.get $head) (i32.load (local.get $block)))
        (local.get $block))

    (func $free (export "free") (param $block i32)
        (local $head i32)
        (if (i32.eqz (local.get $block)) (then (return)))
        (local.set $head (i32.add (i32.const 64)
            (i32.shl (i32.load (i32.sub (local.get $block) (i32.const 16))) (i32.const 2))))
        (i32.store (local.get $block) (i32.load (local.get $head)))
        (i32.store (local.get $head) (local.get $block)))

    ;; A block that was never lent, from the end of the heap. Null if the memory cannot grow to hold it.
    (func $fresh (param $class i32) (result i32)
        (local $block i32) (local $after i64) (local $lacking i64)
        (local.set $block (i32.add (global.get $end) (i32.const 16)))
        (local.set $after (i64.add (i64.extend_i32_u (local.get $block))
            (i64.shl (i64.const 1) (i64.extend_i32_u (local.get $class)))))
        (local.set $lacking (i64.sub (local.get $after)
            (i64.shl (i64.extend_i32_u (memory.size)) (i64.const 16))))
        (if (i64.gt_s (local.get $lacking) (i64.const 0)) (then
            (if (i32.eq (i32.const -1) (memory.grow (i32.wrap_i64
                    (i64.shr_u (i64.add (local.get $lacking) (i64.const 0xffff)) (i64.const 16)))))
                (then (return (i32.const 0))))))
        (global.set $end (i32.wrap_i64 (local.get $after)))
        (i32.store (i32.sub (local.get $block) (i32.const 16)) (local.get $class))
        (local.get $block))

    (func (export "add") (param $a i32) (param $b i32) (result i32)
        (i32.add (local.get $a) (local.get $b)))

    ;; Proves that pointer and length have arrived, and reads no more than that takes.
    (func $last_byte (export "last_byte") (param $bytes i32) (param $len i32) (result i32)
        (i32.load8_u (i32.sub (i32.add (local.get $bytes) (local.get $len)) (i32.const 1))))

    ;; A copy for the caller to free: `(pointer << 32) | length`.
    (func $echo (export "echo_bytes") (export "echo_str") (param $bytes i32) (param $len i32) (result i64)
        (local $copy i32)
        (local.set $copy (call $malloc (local.get $len)))
        (if (i32.eqz (local.get $copy)) (then (unreachable)))
        (memory.copy (local.get $copy) (local.get $bytes) (local.get $len))
        (i64.or (i64.shl (i64.extend_i32_u (local.get $copy)) (i64.const 32))
            (i64.extend_i32_u (local.get $len))))

    (func $last_f64 (export "last_f64") (param $values i32) (param $n i32) (result f64)
        (f64.load (i32.sub (i32.add (local.get $values) (i32.shl (local.get $n) (i32.const 3))) (i32.const 8))))

    ;; A point is two `f64`; it is written to where the caller says, as C returns a struct.
    (func $point (export "point") (param $to i32) (param $x f64) (param $y f64)
        (f64.store (local.get $to) (local.get $x))
        (f64.store offset=8 (local.get $to) (local.get $y)))

    ;; Multiplies the last of some `f32` in place.
    (func $scale_last (export "scale_last") (param $values i32) (param $n i32) (param $by f32)
        (local $last i32)
        (local.set $last (i32.sub (i32.add (local.get $values) (i32.shl (local.get $n) (i32.const 2))) (i32.const 4)))
        (f32.store (local.get $last) (f32.mul (f32.load (local.get $last)) (local.get $by))))

    ;; The same functions for a component, whose callers leave their arguments to the guest, and find results of more
    ;; than one number at an address. `component.wat` lifts these. The address is 1000, which nothing else uses.
    (func (export "component_realloc") (param $old i32) (param $old_size i32) (param $align i32) (param $size i32)
        (result i32)
        (local $new i32)
        (local.set $new (call $malloc (local.get $size)))
        (if (i32.eqz (local.get $new)) (then (unreachable)))
        (if (local.get $old) (then
            (memory.copy (local.get $new) (local.get $old)
                (select (local.get $size) (local.get $old_size) (i32.lt_u (local.get $size) (local.get $old_size))))
            (call $free (local.get $old))))
        (local.get $new))

    (func (export "component_last_byte") (param $bytes i32) (param $len i32) (result i32)
        (call $last_byte (local.get $bytes) (local.get $len))
        (call $free (local.get $bytes)))

    (func (export "component_echo") (param $bytes i32) (param $len i32) (result i32)
        (local $copy i64)
        (local.set $copy (call $echo (local.get $bytes) (local.get $len)))
        (call $free (local.get $bytes))
        (i64.store (i32.const 1000) (i64.rotl (local.get $copy) (i64.const 32)))
        (i32.const 1000))

    (func (export "component_last_f64") (param $values i32) (param $n i32) (result f64)
        (call $last_f64 (local.get $values) (local.get $n))
        (call $free (local.get $values)))

    (func (export "component_point") (param $x f64) (param $y f64) (result i32)
        (call $point (i32.const 1000) (local.get $x) (local.get $y))
        (i32.const 1000))

    ;; Nothing is changed in place there, so the argument becomes the result.
    (func (export "component_scale_last") (param $values i32) (param $n i32) (param $by f32) (result i32)
        (call $scale_last (local.get $values) (local.get $n) (local.get $by))
        (i32.store (i32.const 1000) (local.get $values))
        (i32.store (i32.const 1004) (local.get $n))
        (i32.const 1000))

    ;; Called by the engine when it has read a result.
    (func (export "component_release") (param $area i32)
        (call $free (i32.load (local.get $area)))))
