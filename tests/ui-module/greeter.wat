;; The guest of the documentation's page on mistakes.
(module
    (memory (export "memory") 1)
    (func (export "malloc") (param $size i32) (result i32) unreachable)
    (func (export "free") (param $ptr i32))
    (func (export "greet") (param $name i32) (param $len i32) (result i64) unreachable)
    (func (export "repeat") (param $text i32) (param $len i32) (param $times i32) (param $pause f64)
        (result i64) unreachable))
