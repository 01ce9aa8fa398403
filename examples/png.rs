//! Writes and reads a PNG with lodepng, a C library that npm has as a module (`@cwasm/lodepng`).
//!
//! ```sh
//! npm ci --prefix tests/modules         # fetches the module
//! cargo run --example png
//! cargo run --example png -- FILE       # the module is elsewhere
//! ```
//!
//! C returns through pointers to its caller's variables, and says by a code whether it went well.

use linmem::pass::Ptr;
use linmem::status::Code;
use linmem::{Bound, GuestPtr, Out, Region, wasm_import};
use std::error::Error;
use std::{env, fs};
use wasmtime::{Engine, Linker, Module, Store};

const MODULE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/modules/node_modules/@cwasm/lodepng/lodepng.wasm");

#[wasm_import(status = Code)]
trait LodePng {
    /// `unsigned lodepng_encode32(unsigned char **out, size_t *outsize, const unsigned char *image, unsigned w, unsigned h)`
    #[wasm(name = "lodepng_encode32")]
    fn encode(
        &mut self,
        png: Out<'_, Vec<u8>>,
        #[wasm(pass = Ptr)] rgba: &[u8],
        width: u32,
        height: u32,
    ) -> linmem::Result<()>;

    /// `unsigned lodepng_decode32(unsigned char **out, unsigned *w, unsigned *h, const unsigned char *in, size_t insize)`
    ///
    /// How long the pixels are follows from width and height, so their address is all that comes back.
    #[wasm(name = "lodepng_decode32")]
    fn decode(&mut self, rgba: &mut GuestPtr<u8>, width: &mut u32, height: &mut u32, png: &[u8]) -> linmem::Result<()>;
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).unwrap_or_else(|| MODULE.to_owned());
    let Ok(wasm) = fs::read(&path) else {
        println!("There is no {path}: `npm ci --prefix tests/modules` installs it.");
        return Ok(());
    };
    let engine = Engine::default();
    let module = Module::new(&engine, wasm)?;
    let mut lodepng = LodePngInstance::instantiate(Store::new(&engine, ()), &module, &Linker::new(&engine))?;

    let (width, height) = (64_u8, 48_u8);
    let pixel = |x: u8, y: u8| [x.saturating_mul(4), y.saturating_mul(5), 160, 255];
    let rgba: Vec<u8> = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect();

    // The guest allocates the PNG; it is copied, and freed there.
    let mut png = Vec::new();
    lodepng.encode(Out(&mut png), &rgba, width.into(), height.into())?;
    let file = env::temp_dir().join("linmem.png");
    fs::write(&file, &png)?;
    println!("{} bytes of pixels are {} bytes of PNG, in {}", rgba.len(), png.len(), file.display());

    let (mut pixels, mut columns, mut rows) = (GuestPtr::NULL, 0, 0);
    lodepng.decode(&mut pixels, &mut columns, &mut rows, &png)?;
    // The memory API takes what the trait cannot say, and frees it when it goes.
    let mut memory = Bound::memory(&mut lodepng)?;
    let count = u64::from(columns).saturating_mul(rows.into());
    let decoded = memory.get_output(Region::of_elements(pixels.address().into(), count, 4))?;
    assert_eq!(decoded.as_slice(), rgba);
    drop(decoded);
    drop(memory);
    println!("decoded again: {columns} x {rows} pixels, the same");

    let error = lodepng.decode(&mut pixels, &mut columns, &mut rows, b"no PNG").err();
    println!("what is no PNG: {}", error.map(|error| error.to_string()).unwrap_or_default());
    Ok(())
}
