use linmem::wasm_import;
use wasmtime::{Engine, Linker, Module};

#[wasm_import(module = guest)]
trait Guest {
    fn run(&mut self) -> linmem::Result<()>;
}

/// What is there without the mistake is there with it.
fn main() {
    let linker = Linker::<()>::new(&Engine::default());
    let _ = GuestPre::embedded(&linker, Module::new);
    let _: &[u8] = <GuestExports as linmem::Embedded>::MODULE;
}
