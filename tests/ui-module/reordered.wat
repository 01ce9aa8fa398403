;; `shorten` takes its number first now.
(module
    (memory (export "memory") 1)
    (func (export "shorten") (param f64 i32 i32) (result i64) unreachable)
    (func (export "count") (param i32 i32) (result i32) unreachable))
