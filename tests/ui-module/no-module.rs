use linmem::{Result, wasm_import};

#[wasm_import(module = concat!(env!("UI_MODULES"), "/nowhere.wasm"))]
trait Missing {
    fn count(&mut self) -> Result<u32>;
}

#[wasm_import(module = concat!(env!("UI_MODULES"), "/no-module.rs"))]
trait NoModule {
    fn count(&mut self) -> Result<u32>;
}

#[wasm_import(module = concat!(env!("UI_MODULES"), "/component.wat"))]
trait Component {
    fn count(&mut self) -> Result<u32>;
}

#[wasm_import(module = concat!(env!("UI_NOWHERE"), "/guest.wat"))]
trait Unset {
    fn count(&mut self) -> Result<u32>;
}

/// What is there without a mistake is there with it.
fn main() {
    let linker = wasmtime::Linker::<()>::new(&wasmtime::Engine::default());
    let _ = MissingPre::embedded(&linker, wasmtime::Module::new);
}
