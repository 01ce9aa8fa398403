//! A crate as strict as they come, that uses every feature of the attribute: no prelude, linmem under another name,
//! every lint denied. Whatever the macro emits must please it.
#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    unreachable_pub,
    missing_debug_implementations,
    rust_2018_idioms,
    single_use_lifetimes,
    unused_qualifications,
    clippy::all,
    clippy::pedantic
)]
// These are the user's own: about the docs of the trait below, and the tests.
#![allow(
    clippy::missing_errors_doc,
    clippy::unwrap_used,
    clippy::float_cmp,
    clippy::bool_assert_comparison,
    reason = "not about what the macro emits"
)]

extern crate std;

/// linmem under another path than its own, as a crate that re-exports it would have it.
mod renamed {
    pub(crate) mod linmem {
        pub(crate) use ::linmem::*;
        pub(crate) use ::std::option;
    }
}

use self::renamed::linmem as guests;
use ::bytemuck::{Pod, Zeroable};
use ::std::assert_eq;
use ::std::convert::From;
use ::std::default::Default as _;
use ::std::result::Result;
use ::std::string::{String, ToString as _};
use ::std::vec::Vec;

/// A point.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable, guests::Record)]
#[record(crate = guests)]
#[repr(C)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Up.
    pub y: f64,
}

/// An error of the user's.
#[derive(Debug)]
pub struct MyError(pub String);

impl From<guests::Error> for MyError {
    fn from(error: guests::Error) -> Self {
        MyError(error.to_string())
    }
}

/// Every kind of method. Parameters and methods are called what the expansion might call its own.
#[guests::wasm_import(crate = guests, memory = "memory", alloc = "malloc", free = "free", zero = true)]
pub trait Everything {
    /// A scalar.
    fn next_letter(&mut self, exports: u32) -> guests::Result<char>;

    /// A slice of records, and a record by return pointer.
    fn centroid(&mut self, bound: &[Point]) -> guests::Result<Point>;

    /// A record by value, with an error of the user's.
    fn norm(&mut self, point: Point) -> Result<f64, MyError>;

    /// A record in and out.
    fn translate(&mut self, point: &mut Point, planner: f64, resolver: f64) -> guests::Result<()>;

    /// A slice in and out.
    fn scale(&mut self, values: &mut [f32], by: f32) -> guests::Result<()>;

    /// Another name, another convention.
    #[wasm(name = "initials", returns = guests::results::ReturnArea)]
    fn call(&mut self, store: &str) -> guests::Result<String>;

    /// A borrowed result with a lifetime that is spelled out.
    #[wasm(name = "initials_again", returns = guests::results::Static<guests::results::ReturnArea>)]
    #[cfg(any())]
    fn absent<'a>(&'a mut self, handle: &str) -> guests::Result<&'a str>;

    /// Maybe nothing.
    fn nearest(&mut self, points: &[Point], to: &Point) -> guests::Result<guests::option::Option<Point>>;

    /// Deprecated methods are not reported where the macro names them.
    #[deprecated = "use `translate`"]
    #[must_use = "the sum is all there is"]
    fn sum(&mut self, values: &[f64]) -> guests::Result<f64>;

    /// An argument passed in another way.
    fn is_upper(&mut self, #[wasm(pass = guests::pass::PtrLen)] text: &[u8]) -> guests::Result<bool>;
}

/// Async, in a module of its own.
#[guests::wasm_import(crate = guests)]
pub trait Later {
    /// Waits for the guest.
    async fn uppercase(&mut self, text: &mut [u8]) -> guests::Result<()>;
}

/// Checked against its module.
#[guests::wasm_import(crate = guests, module = "guests/shapes.wasm", memory = "memory", alloc = "malloc", free = "free")]
pub trait Checked {
    /// A result in memory, whose form is told by the export.
    fn centroid(&mut self, checked: &[Point]) -> guests::Result<Point>;

    /// Not there, and not wanted.
    #[cfg(any())]
    fn absent(&mut self) -> guests::Result<()>;

    /// A scalar.
    #[deprecated = "use `centroid`"]
    fn sum(&mut self, values: &[f64]) -> guests::Result<f64>;
}

#[::std::prelude::v1::test]
fn a_checked_trait_embeds_its_module() {
    let linker = ::wasmtime::Linker::<()>::new(&::wasmtime::Engine::default());
    let pre = CheckedPre::embedded(&linker, ::wasmtime::Module::new).unwrap();
    let mut shapes = pre.instantiate(::wasmtime::Store::new(linker.engine(), ())).unwrap();
    let corners = [Point { x: 0.0, y: 0.0 }, Point { x: 4.0, y: 2.0 }];
    assert_eq!(shapes.centroid(&corners).unwrap(), Point { x: 2.0, y: 1.0 });
}

#[::std::prelude::v1::test]
fn everything_runs() {
    let engine = ::wasmtime::Engine::default();
    let guest: &[u8] = ::std::include_bytes!("guests/shapes.wasm");
    let module = ::wasmtime::Module::new(&engine, guest).unwrap();
    let linker = ::wasmtime::Linker::new(&engine);
    let store = ::wasmtime::Store::new(&engine, ());
    let mut shapes = EverythingInstance::instantiate(store, &module, &linker).unwrap();

    assert_eq!(shapes.next_letter(97).unwrap(), 'b');
    let corners = [Point { x: 0.0, y: 0.0 }, Point { x: 4.0, y: 2.0 }];
    assert_eq!(shapes.centroid(&corners).unwrap(), Point { x: 2.0, y: 1.0 });
    assert_eq!(shapes.norm(Point { x: 3.0, y: 4.0 }).unwrap(), 5.0);
    let mut point = Point { x: 1.0, y: 1.0 };
    shapes.translate(&mut point, 1.0, -1.0).unwrap();
    assert_eq!(point, Point { x: 2.0, y: 0.0 });
    let mut values = [1.0, 2.5];
    shapes.scale(&mut values, 2.0).unwrap();
    assert_eq!(values, [2.0, 5.0]);
    assert_eq!(shapes.call("ada lovelace").unwrap(), "al");
    let nearest = shapes.nearest(&corners, &point).unwrap();
    assert_eq!(nearest, ::std::option::Option::Some(Point { x: 0.0, y: 0.0 }));
    assert_eq!(shapes.is_upper(b"ABC").unwrap(), true);
}

#[::std::prelude::v1::test]
fn an_async_trait_binds() {
    let engine = ::wasmtime::Engine::default();
    let guest: &[u8] = ::std::include_bytes!("guests/shapes.wasm");
    let module = ::wasmtime::Module::new(&engine, guest).unwrap();
    let pre = ::wasmtime::Linker::<()>::new(&engine).instantiate_pre(&module).unwrap();
    let _: LaterPre<()> = LaterPre::new(pre).unwrap();
    let _: Vec<LaterInstance<::wasmtime::Store<()>>> = Vec::new();
}
