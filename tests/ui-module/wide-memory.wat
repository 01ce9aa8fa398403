(module
    (memory (export "memory") i64 1)
    (func (export "count") (param i32 i32) (result i32) unreachable))
