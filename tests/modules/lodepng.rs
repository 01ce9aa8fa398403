//! @cwasm/lodepng: C, with out-parameters in front, and a status code for its result.

use crate::published::{Published, bytes, integer, spell};
use linmem::pass::Ptr;
use linmem::status::Code;
use linmem::{Bound, ErrorKind, GuestPtr, Out, Region, Result, wasm_import};
use serde_json::{Value, json};
use wasmtime::{Linker, Store};

#[wasm_import(status = Code)]
trait LodePng {
    #[wasm(name = "lodepng_encode32")]
    fn encode(&mut self, png: Out<'_, Vec<u8>>, #[wasm(pass = Ptr)] rgba: &[u8], width: u32, height: u32)
    -> Result<()>;
    /// How long the pixels are is not returned: four bytes each.
    #[wasm(name = "lodepng_decode32")]
    fn decode(&mut self, rgba: &mut GuestPtr<u8>, width: &mut u32, height: &mut u32, png: &[u8]) -> Result<()>;
}

fn encode(lodepng: &mut LodePngInstance<Store<()>>, rgba: &[u8], width: u32, height: u32) -> Result<Value> {
    let mut png = Vec::new();
    lodepng.encode(Out(&mut png), rgba, width, height)?;
    Ok(json!({ "error": 0, "png": spell(&png) }))
}

fn decode(lodepng: &mut LodePngInstance<Store<()>>, png: &[u8]) -> Result<Value> {
    let (mut pixels, mut width, mut height) = (GuestPtr::NULL, 0, 0);
    lodepng.decode(&mut pixels, &mut width, &mut height, png)?;
    let mut memory = Bound::memory(lodepng)?;
    let count = u64::from(width).saturating_mul(height.into());
    let rgba = memory.get_output(Region::of_elements(pixels.address().into(), count, 4))?;
    Ok(json!({ "error": 0, "width": width, "height": height, "rgba": spell(rgba.as_slice()) }))
}

#[test]
fn answers_as_known() {
    let published = Published::load("cwasm-lodepng", "node_modules/@cwasm/lodepng/lodepng.wasm");
    let Published { engine, module, .. } = &published;
    let mut png = LodePngInstance::instantiate(Store::new(engine, ()), module, &Linker::new(engine)).unwrap();
    published.check(&mut png, |png, call, args| {
        let answer = match call {
            "lodepng_encode32" => encode(png, &bytes(&args["rgba"]), integer(&args["width"]), integer(&args["height"])),
            _ => decode(png, &bytes(&args["png"])),
        };
        answer.or_else(|error| match *error.kind() {
            ErrorKind::Guest { code, .. } => Ok(json!({ "error": code })),
            _ => Err(error),
        })
    });
}
