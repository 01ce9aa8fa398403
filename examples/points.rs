//! Plain structs both ways, by the ABI that C compilers use: in slices, by reference, by value, changed in place, and
//! as results.
//!
//! ```sh
//! cargo run --example points
//! ```

use bytemuck::{Pod, Zeroable};
use linmem::{Record, wasm_import};
use std::error::Error;
use std::fmt::Write;
use wasmtime::{Engine, Linker, Module, Store};

const GUEST: &[u8] = include_bytes!("../tests/guests/shapes.wasm");

/// C's `struct { double x, y; }`.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable, Record)]
#[repr(C)]
struct Point {
    x: f64,
    y: f64,
}

/// C's `struct { point min, max; }`.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable, Record)]
#[repr(C)]
struct Rect {
    min: Point,
    max: Point,
}

#[wasm_import]
trait Shapes {
    /// C returns a struct through a pointer that the caller passes in front: linmem reserves the room.
    fn centroid(&mut self, points: &[Point]) -> linmem::Result<Point>;
    fn bounding_box(&mut self, points: &[Point]) -> linmem::Result<Rect>;

    /// A pointer from `malloc`, or null: the point is copied out, and the block freed.
    fn nearest(&mut self, points: &[Point], to: &Point) -> linmem::Result<Option<Point>>;

    fn norm(&mut self, point: Point) -> linmem::Result<f64>;

    /// Copied in, changed by the guest, copied back out.
    fn translate(&mut self, point: &mut Point, dx: f64, dy: f64) -> linmem::Result<()>;
    fn scale(&mut self, values: &mut [f32], by: f32) -> linmem::Result<()>;
}

fn main() -> Result<(), Box<dyn Error>> {
    let engine = Engine::default();
    let module = Module::new(&engine, GUEST)?;
    let mut shapes = ShapesInstance::instantiate(Store::new(&engine, ()), &module, &Linker::new(&engine))?;

    let triangle = [Point { x: 0.0, y: 0.0 }, Point { x: 4.0, y: 0.0 }, Point { x: 2.0, y: 6.0 }];
    let center = shapes.centroid(&triangle)?;
    let Rect { min, max } = shapes.bounding_box(&triangle)?;
    let nearest = shapes.nearest(&triangle, &Point { x: 3.0, y: 1.0 })?;
    let of_none = shapes.nearest(&[], &center)?;
    let norm = shapes.norm(Point { x: 3.0, y: 4.0 })?;

    let mut moved = center;
    shapes.translate(&mut moved, 10.0, -2.0)?;
    let mut values = [1.0, 2.5, -4.0];
    shapes.scale(&mut values, 2.0)?;

    let mut output = String::new();
    writeln!(output, "centroid  {center:?}")?;
    writeln!(output, "box       {min:?} to {max:?}")?;
    writeln!(output, "nearest   {nearest:?}, of none {of_none:?}")?;
    writeln!(output, "norm      {norm}")?;
    writeln!(output, "moved     {moved:?}")?;
    writeln!(output, "scaled    {values:?}")?;
    assert_eq!(
        output,
        "centroid  Point { x: 2.0, y: 2.0 }\n\
         box       Point { x: 0.0, y: 0.0 } to Point { x: 4.0, y: 6.0 }\n\
         nearest   Some(Point { x: 4.0, y: 0.0 }), of none None\n\
         norm      5\n\
         moved     Point { x: 12.0, y: 0.0 }\n\
         scaled    [2.0, 5.0, -8.0]\n"
    );
    print!("{output}");
    Ok(())
}
