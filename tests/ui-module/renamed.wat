;; `shorten` is called `shorten_text` now.
(module
    (memory (export "memory") 1)
    (func (export "shorten_text") (param i32 i32 f64) (result i64) unreachable)
    (func (export "count") (param i32 i32) (result i32) unreachable))
