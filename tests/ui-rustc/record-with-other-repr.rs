use linmem::Record;

#[derive(Clone, Copy, Record)]
#[repr(align(8))]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

fn main() {}
