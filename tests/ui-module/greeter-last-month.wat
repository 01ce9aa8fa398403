;; What it was before.
(module
    (memory (export "memory") 1)
    (func (export "malloc") (param $size i32) (result i32) unreachable)
    (func (export "free") (param $ptr i32))
    (func (export "greet") (param $name i32) (result i64) unreachable)
    (func (export "repeat_text") (param $text i32) (param $len i32) (param $times i32) (result i64) unreachable))
