use bytemuck::{Pod, Zeroable};
use linmem::Record;

#[derive(Clone, Copy, Pod, Zeroable, Record)]
#[record]
#[repr(C)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

fn main() {}
