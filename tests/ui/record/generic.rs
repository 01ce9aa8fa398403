use linmem::Record;

#[derive(Clone, Copy, Record)]
#[repr(C)]
pub struct Point<T> {
    pub x: T,
    pub y: T,
}

fn main() {}
