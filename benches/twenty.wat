;; A module of twenty functions, to instantiate.
(module
    (memory (export "memory") 1)
    (func (export "malloc") (param i32) (result i32) (i32.const 1024))
    (func (export "free") (param i32))
    (func (export "a0") (export "a1") (export "a2") (export "a3") (export "a4")
        (export "a5") (export "a6") (export "a7") (export "a8") (export "a9")
        (param i32 i32) (result i32) (local.get 1))
    (func (export "b0") (export "b1") (export "b2") (export "b3") (export "b4")
        (export "b5") (export "b6") (export "b7") (export "b8") (export "b9")
        (param i32 i32) (result i64) (i64.const 0)))
