//! Text in and out: an owned result, borrowed ones, one that may be missing, and a typed error.
//!
//! ```sh
//! cargo run --example greet
//! ```

use linmem::{ErrorKind, wasm_import};
use std::error::Error;
use std::fmt::Write;
use wasmtime::{Engine, Linker, Module, Store};

const GUEST: &[u8] = include_bytes!("../tests/guests/ledger.wasm");

#[wasm_import]
trait Greeter {
    /// Copied out of the guest, whose block is released before the method returns.
    fn greet(&mut self, name: &str) -> linmem::Result<String>;

    /// Lent by the guest until the next call. The bytes are static there, so they are not to be released.
    #[wasm(returns = linmem::results::Static)]
    fn banner(&mut self) -> linmem::Result<&str>;

    /// The text from the needle on; a null pointer is `None`.
    fn find_word(&mut self, text: &str, needle: &str) -> linmem::Result<Option<&str>>;

    /// Bytes in and text out, which only some bytes are.
    #[wasm(name = "echo_packed")]
    fn decode(&mut self, bytes: &[u8]) -> linmem::Result<String>;
}

fn main() -> Result<(), Box<dyn Error>> {
    let engine = Engine::default();
    let module = Module::new(&engine, GUEST)?;
    let mut greeter = GreeterInstance::instantiate(Store::new(&engine, ()), &module, &Linker::new(&engine))?;

    let mut output = String::new();
    writeln!(output, "{}", greeter.greet("world")?)?;
    writeln!(output, "{}", greeter.greet("Ωmega")?)?;
    writeln!(output, "{:?}", greeter.find_word("one two three", "two")?)?;
    writeln!(output, "{:?}", greeter.find_word("one two three", "four")?)?;

    match greeter.decode(b"caf\xe9") {
        Ok(text) => writeln!(output, "{text}")?,
        Err(error) => {
            assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { valid_up_to: 3, .. }));
            assert_eq!(error.export(), Some("echo_packed"));
            writeln!(output, "{error}")?;
        }
    }

    // A wrong result is no reason to distrust the instance: the next call is as good as the first.
    writeln!(output, "{}", greeter.banner()?)?;

    assert_eq!(
        output,
        "Hello, world!\n\
         Hello, Ωmega!\n\
         Some(\"two three\")\n\
         None\n\
         `echo_packed`, result: the text is not valid UTF-8 (valid up to byte 3); return bytes where it need not be\n\
         ledger: every block is accounted for\n"
    );
    print!("{output}");
    Ok(())
}
