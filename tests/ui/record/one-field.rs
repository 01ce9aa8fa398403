use bytemuck::{Pod, Zeroable};
use linmem::Record;

#[derive(Clone, Copy, Pod, Zeroable, Record)]
#[repr(C)]
pub struct Id {
    pub id: u32,
}

fn main() {}
