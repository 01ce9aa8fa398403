;; The guest as it was when its trait was written. The others beside it are what a later build might make of it.
(module
    (memory (export "memory") 1)
    (func (export "shorten") (param i32 i32 f64) (result i64) unreachable)
    (func (export "count") (param i32 i32) (result i32) unreachable))
