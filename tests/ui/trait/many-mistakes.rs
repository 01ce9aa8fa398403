use linmem::wasm_import;

/// Every mistake is reported, and none of the code that uses the names is.
#[wasm_import(memmory = "mem", free = "release")]
pub trait Greeter: Clone {
    const LIMIT: usize;

    #[wasm(name = "")]
    fn greet(&self, name: &str) -> linmem::Result<String>;
    fn reset(&mut self);
    const fn sum((first, second): (u32, u32), #[wasm(pass = 1)] third: u32) -> linmem::Result<u32>;
    async unsafe fn pick<T>(&mut self, value: T, other: &impl Copy) -> linmem::Result<u32> {
        Ok(0)
    }
}

pub fn use_it(greeter: &mut GreeterInstance<wasmtime::Store<()>>) -> linmem::Result<String> {
    greeter.reset()?;
    greeter.sum((1, 2), 3)?;
    greeter.greet("world")
}

pub fn share_it(pre: GreeterPre<()>) -> GreeterPre<()> {
    pre
}

fn main() {}
