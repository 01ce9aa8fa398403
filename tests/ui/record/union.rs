use linmem::Record;

#[derive(Clone, Copy, Record)]
#[repr(C)]
pub union Bits {
    pub int: u32,
    pub float: f32,
}

fn main() {}
