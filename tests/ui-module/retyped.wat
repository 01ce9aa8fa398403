;; `count` counts in 64 bits now, and the memory is shared.
(module
    (memory (export "memory") 1 2 shared)
    (func (export "shorten") (param i32 i32 f64) (result i64) unreachable)
    (func (export "count") (param i32 i32) (result i64) unreachable))
