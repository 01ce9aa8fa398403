//! Renders a Markdown file to HTML by calling `pulldown-cmark`, compiled to WebAssembly.
//!
//! ```sh
//! cargo run --example markdown                # the README.md of this workspace
//! cargo run --example markdown -- NOTES.md    # a file of yours
//! ```
//!
//! The trait below is all that the host says of the guest. The text is placed in the guest's memory, and zeroed there
//! after the call; the HTML is lent from there without a copy, and released before the next call.

use linmem::wasm_import;
use std::error::Error;
use std::{env, fs};
use wasmtime::{Engine, Linker, Module, Store};

const GUEST: &[u8] = include_bytes!("../tests/guests/markdown.wasm");
const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");

#[wasm_import]
trait Markdown {
    /// Markdown, with tables, to HTML.
    fn render(&mut self, markdown: &str) -> linmem::Result<&str>;

    /// The text of the headings, one on a line.
    fn headings(&mut self, markdown: &str) -> linmem::Result<String>;

    /// How many blocks are allocated in the guest.
    fn live_blocks(&mut self) -> linmem::Result<u32>;
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1);
    let source = fs::read_to_string(path.as_deref().unwrap_or(README))?;

    let engine = Engine::default();
    let module = Module::new(&engine, GUEST)?;
    let mut markdown = MarkdownInstance::instantiate(Store::new(&engine, ()), &module, &Linker::new(&engine))?;
    assert_eq!(markdown.render("# Hello, *world*")?, "<h1>Hello, <em>world</em></h1>\n");

    let html = markdown.render(&source)?;
    if path.is_none() {
        assert!(html.starts_with("<h1>linmem</h1>"), "{html}");
        assert!(html.contains("<table>"), "{html}");
    }
    print!("{html}");

    if path.is_none() {
        assert!(markdown.headings(&source)?.starts_with("linmem\n"));
    }
    // linmem keeps one block for the arguments of the next call; without it, nothing is left in the guest.
    MarkdownInstance::trim(&mut markdown)?;
    assert_eq!(markdown.live_blocks()?, 0);
    Ok(())
}
