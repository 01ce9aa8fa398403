use linmem::Record;

#[derive(Clone, Copy, Record)]
#[repr(u8)]
pub enum Level {
    Low,
    High,
}

fn main() {}
