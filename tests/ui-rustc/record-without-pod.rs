use linmem::Record;

#[derive(Clone, Copy, Record)]
#[repr(C)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

fn main() {}
