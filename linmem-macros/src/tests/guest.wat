(module
    (memory (export "memory") 1)
    (memory (export "second") i64 1)
    (global (export "counter") i32 (i32.const 0))
    (func (export "greet") (param i32 i32) (result i64) unreachable)
    (func (export "greets") (param externref f32 v128) (result funcref f64) unreachable)
    (func (export "take") (param i32) (result i32) unreachable))
