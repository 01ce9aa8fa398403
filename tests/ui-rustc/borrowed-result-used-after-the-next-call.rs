use linmem::wasm_import;

#[wasm_import]
trait Greeter {
    fn banner(&mut self) -> linmem::Result<&str>;
}

fn twice(greeter: &mut dyn Greeter) -> linmem::Result<usize> {
    let first = greeter.banner()?;
    let second = greeter.banner()?;
    Ok(first.len() + second.len())
}

fn main() {
    let _ = twice;
}
