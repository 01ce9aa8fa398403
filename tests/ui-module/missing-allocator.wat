;; It exports the allocators of several tool-chains, and none of them whole.
(module
    (memory (export "memory") 1)
    (func (export "malloc") (param i64) (result i64) unreachable)
    (func (export "free") (param i64))
    (func (export "__wbindgen_malloc") (param i64) (result i32) unreachable)
    (func (export "__new") (param i32 i32) (result i32) unreachable)
    (func (export "__unpin") (param i32) (result i32) unreachable)
    (func (export "input_address") (result i64) unreachable)
    (func (export "take") (param i32) (result i32) unreachable)
    (func (export "give") (param i64))
    (func (export "count") (param i32 i32) (result i32) unreachable)
    (func (export "count_managed") (param i32) (result i32) unreachable)
    (func (export "add") (param i32 i32) (result i32) unreachable))
