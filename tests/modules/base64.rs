//! as-base64: AssemblyScript, whose strings and arrays are objects of its collector's.

use crate::published::{Published, bytes, integer, region, spell, text};
use linmem::allocator::{Allocator, Hosted};
use linmem::pass::{Pass, Slice};
use linmem::results::{Owner, Results, Returned, Room, Shape};
use linmem::text::Utf16;
use linmem::{
    Convention, CoreType, FoundExport, Frame, Lowering, Mode, Params, Region, Result, Signature, wasm_import,
};
use serde_json::json;
use wasmtime::{AsContextMut, Linker, Store, TypedFunc};

#[wasm_import(convention = Objects)]
trait Base64 {
    fn encode(&mut self, data: &[u8]) -> Result<String>;
    fn decode(&mut self, text: &str) -> Result<Vec<u8>>;
}

/// Strings and byte arrays as AssemblyScript's objects. A header lies before each: five words, the last two of which are
/// its class and its size. A byte array is a view: it names a buffer, an address in that, and a length.
///
/// Arguments are objects outside the collected heap. The collector takes an object of this color for one that it need not
/// look at, so they are valid for the call, and the guest must not keep them. Results are the collector's.
struct Objects;

const TRANSPARENT: u32 = 3;
const BUFFER: u32 = 1;
const STRING: u32 = 2;
const BYTE_ARRAY: u32 = 4;

impl Convention for Objects {
    type Pointer = u32;
    type Allocator = Hosted;
    type Pass = Self;
    type Results = Self;
    type Text = Utf16;
    type Status = linmem::status::Silent;
}

/// Places an object, and returns its address and where its data lie.
fn place(into: &mut Lowering<'_>, class: u32, data: &[u8]) -> Result<(u32, Region)> {
    let header = words([0, TRANSPARENT, 0, class, data.len() as u32]);
    let (object, _) = into.place_all(&[&header, data], 16)?.try_into()?;
    let pointer: u32 = object + 20;
    Ok((pointer, region(pointer, data.len() as u32)))
}

fn words<const N: usize>(words: [u32; N]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

impl Pass<u32> for Objects {
    type Core = (u32,);

    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<((u32,), Region)> {
        if slice.size == 2 {
            let (string, region) = place(into, STRING, slice.bytes)?;
            return Ok(((string,), region));
        }
        let (buffer, region) = place(into, BUFFER, slice.bytes)?;
        let (view, _) = place(into, BYTE_ARRAY, &words([buffer, buffer, slice.bytes.len() as u32]))?;
        Ok(((view,), region))
    }
}

impl Results<u32> for Objects {
    type Func<P: Params> = TypedFunc<P, u32>;

    fn signatures<P: Params>(_: Shape) -> Vec<Signature> {
        vec![Signature { params: P::types(), results: vec![CoreType::I32] }]
    }

    fn resolve<P: Params, S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func<P>> {
        found.func()
    }

    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        _: Room,
        params: P,
        _: Shape,
    ) -> Result<Returned> {
        let object = frame.invoke(func, params).await?;
        let header = frame.bytes(region(object.saturating_sub(8), 8), 4)?;
        let [class, size]: [u32; 2] = bytemuck::pod_read_unaligned(header);
        let data = match class {
            STRING => region(object, size),
            _ => {
                let [_, start, len]: [u32; 3] = bytemuck::pod_read_unaligned(frame.bytes(region(object, 12), 4)?);
                region(start, len)
            }
        };
        Ok(Returned::new(data, Owner::Guest))
    }
}

#[test]
fn answers_as_known() {
    let published = Published::load("as-base64", "build/as-base64.wasm");
    let Published { engine, module, .. } = &published;
    let mut linker = Linker::new(engine);
    linker.define_unknown_imports_as_traps(module).unwrap();
    let mut base64 = Base64Instance::instantiate(Store::new(engine, ()), module, &linker).unwrap();
    published.check(&mut base64, |base64, call, args| match (call, &args["pattern_mod256"]) {
        ("encode", serde_json::Value::Null) => Ok(json!({ "str": base64.encode(&bytes(&args["data"]))? })),
        ("encode", len) => {
            let data: Vec<u8> = (0..integer::<usize>(len)).map(|i| i as u8).collect();
            Ok(json!({ "len": base64.encode(&data)?.len() }))
        }
        _ => Ok(json!({ "bytes": spell(&base64.decode(text(&args["text"]))?) })),
    });
}
