use linmem::Record;

#[derive(Clone, Copy, Record)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

fn main() {}
