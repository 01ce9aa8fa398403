;; For `checked.rs`: a method for each form of a result.
(module
    (memory (export "memory") 1)
    (data (i32.const 16) "hello")
    (data (i32.const 32) "\10\00\00\00\05\00\00\00")
    (func (export "packed") (result i64) (i64.const 0x0000001000000005))
    (func (export "pair") (result i32 i32) (i32.const 16) (i32.const 5))
    (func (export "area") (result i32) (i32.const 32))
    (func (export "pointer") (param $out i32) (memory.copy (local.get $out) (i32.const 32) (i32.const 8)))
    (func (export "length") (param i32 i32) (result i32) (local.get 1)))
