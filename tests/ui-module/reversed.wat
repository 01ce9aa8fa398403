(module
    (memory (export "memory") 1)
    (func (export "repeat") (param i64 f64 i32 i32) (result i32) unreachable))
