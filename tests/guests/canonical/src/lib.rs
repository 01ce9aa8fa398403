//! The core module of a component: text, lists, records and variants by the canonical ABI, from `wit/api.wit`.
//!
//! # Exports
//!
//! `FUNC` stands for `demo:text/api#FUNC`. Arguments are the guest's as soon as they are passed: the host takes room
//! for them, and for each string in a list, from `cabi_realloc(0, 0, align, size)`. A result of more than one value is
//! in a static area whose address is returned, and valid until the next call. Where it owns anything, `cabi_post_FUNC`,
//! which is `cabi_post_demo:text/api#FUNC`, has to be called with that address once it is read.
//!
//! | export | type | in the area | `cabi_post_` |
//! |---|---|---|---|
//! | `shout` | `(ptr, len) -> area` | ptr, len | yes |
//! | `evens` | `(ptr, count) -> area` | ptr, count | yes |
//! | `total` | `(ptr, count) -> f64` | – | no |
//! | `middle` | `(ptr, count) -> area` | x, y: `f64` | no |
//! | `norm` | `(f64, f64) -> f64` | – | no |
//! | `find` | `(ptr, len, char) -> area` | is some: `u8`; at 4 `u32` | no |
//! | `last-word` | `(ptr, len) -> area` | is some: `u8`; at 4 ptr, len | yes |
//! | `parse` | `(ptr, len) -> area` | is error: `u8`; at 4 `u32`, or ptr, len | yes |
//! | `check` | `(ptr, len) -> area` | is error: `u8`; at 4 ptr, len | yes |
//! | `join` | `(ptr, count) -> area` | ptr, len | yes |
//! | `split` | `(ptr, len) -> area` | ptr, count, of pairs ptr, len | yes |
//! | `live-blocks`, `live-bytes` | `() -> i32` | – | no |
//! | `cabi_realloc` | `(old, old size, align, new size) -> ptr` | | |
//!
//! There is no import, and no `_initialize`. `cabi_realloc_wit_bindgen_0_61_1` does the work of `cabi_realloc`, and
//! returns `align` for no bytes; it traps if there is no memory.

#[path = "../../markdown/src/counting.rs"]
mod counting;

use std::num::ParseIntError;

use counting::Counting;
use exports::demo::text::api::{Guest, Point};

wit_bindgen::generate!({ world: "guest", path: "wit" });

#[global_allocator]
static HEAP: Counting = Counting::new();

struct Api;

export!(Api);

impl Guest for Api {
    fn shout(text: String) -> String {
        text.to_uppercase()
    }

    fn evens(mut values: Vec<u32>) -> Vec<u32> {
        values.retain(|value| value % 2 == 0);
        values
    }

    fn total(values: Vec<f64>) -> f64 {
        values.iter().sum()
    }

    fn middle(points: Vec<Point>) -> Point {
        let n = points.len() as f64;
        Point {
            x: points.iter().map(|point| point.x).sum::<f64>() / n,
            y: points.iter().map(|point| point.y).sum::<f64>() / n,
        }
    }

    fn norm(p: Point) -> f64 {
        p.x.hypot(p.y)
    }

    fn find(text: String, letter: char) -> Option<u32> {
        text.chars().position(|other| other == letter).map(|at| at as u32)
    }

    fn last_word(text: String) -> Option<String> {
        text.split_whitespace().next_back().map(str::to_owned)
    }

    fn parse(text: String) -> Result<u32, String> {
        text.parse().map_err(|error: ParseIntError| error.to_string())
    }

    fn check(text: String) -> Result<(), String> {
        Self::parse(text).map(drop)
    }

    fn join(words: Vec<String>) -> String {
        words.join(" ")
    }

    fn split(text: String) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn live_blocks() -> u32 {
        HEAP.blocks() as u32
    }

    fn live_bytes() -> u32 {
        HEAP.bytes() as u32
    }
}
