;; Its functions are as the traits in `missing-helpers.rs` have them, and little else is.
(module
    (memory (export "memory") 1)
    (func (export "malloc") (param i32) (result i32) unreachable)
    (func (export "free") (param i32))
    (func (export "compress") (param i32 i32) (result i32) unreachable)
    (func (export "compress_len") (result i32) unreachable)
    (func (export "render") (param i32 i32) (result i64) unreachable)
    (func (export "render_free") (param i64))
    (func (export "open") (param i32 i32) (result i32) unreachable)
    (func (export "seek") (param i32) (result i32) unreachable)
    (global (export "error_len") i32 (i32.const 0)))
