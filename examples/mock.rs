//! Business code that takes the trait, called with the guest and with a mock of it.
//!
//! ```sh
//! cargo run --example mock
//! ```
//!
//! `#[wasm_import]` leaves the trait as it is written, so code that uses it neither knows of WebAssembly nor needs it
//! in its tests.

use linmem::{ErrorKind, wasm_import};
use std::error::Error;
use wasmtime::{Engine, Linker, Module, Store};

const GUEST: &[u8] = include_bytes!("../tests/guests/ledger.wasm");

#[wasm_import]
trait Greeter {
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
}

/// The business code.
fn report(greeter: &mut dyn Greeter, names: &[&str]) -> linmem::Result<String> {
    let lines: linmem::Result<Vec<String>> = names.iter().map(|name| greeter.greet(name)).collect();
    Ok(lines?.join("\n"))
}

/// Greets without a guest, remembers whom, and fails for a name of its choice.
#[derive(Default)]
struct Mock {
    greeted: Vec<String>,
    fails_for: Option<&'static str>,
}

impl Greeter for Mock {
    fn greet(&mut self, name: &str) -> linmem::Result<String> {
        if self.fails_for == Some(name) {
            return Err(ErrorKind::Null.into());
        }
        self.greeted.push(name.to_owned());
        Ok(format!("Hello, {name}!"))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let names = ["Ada", "Grace"];

    let engine = Engine::default();
    let module = Module::new(&engine, GUEST)?;
    let mut guest = GreeterInstance::instantiate(Store::new(&engine, ()), &module, &Linker::new(&engine))?;
    let output = report(&mut guest, &names)?;
    assert_eq!(output, "Hello, Ada!\nHello, Grace!");

    let mut mock = Mock::default();
    assert_eq!(report(&mut mock, &names)?, output);
    assert_eq!(mock.greeted, names);

    let mut failing = Mock { fails_for: Some("Grace"), ..Mock::default() };
    let error = report(&mut failing, &names).err();
    assert!(matches!(error.as_ref().map(linmem::Error::kind), Some(ErrorKind::Null)));

    println!("{output}");
    Ok(())
}
