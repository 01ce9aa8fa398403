//! snappy-wasm: wasm-bindgen, with a `Result` in the return area, whose errors live on the host.

use crate::published::{Answer, Published, bytes, region, spell, text};
use linmem::convention::{Standard, WasmBindgen};
use linmem::results::Room;
use linmem::{Convention, CoreType, ErrorKind, FoundExport, Frame, Lift, Lowering, Mode, Params, Pointer, Region};
use linmem::{Result, Returns, Signature, wasm_import};
use serde_json::json;
use wasmtime::{AsContext, AsContextMut, Caller, Extern, Linker, Store, TypedFunc};

/// An error that the guest had the host make, by its index there.
#[derive(Debug)]
struct Thrown(u32);

#[wasm_import(convention = WasmBindgen)]
trait Snappy {
    fn compress(&mut self, text: &str) -> Result<Answer<Vec<u8>, Thrown>>;
    fn decompress(&mut self, data: &[u8]) -> Result<Answer<String, Thrown>>;
    fn compress_raw(&mut self, data: &[u8]) -> Result<Answer<Vec<u8>, Thrown>>;
    fn decompress_raw(&mut self, data: &[u8]) -> Result<Answer<Vec<u8>, Thrown>>;
}

/// The room that is passed in front becomes `{ pointer, length, error, is_error }`.
impl<C: Convention<Pointer = u32>, P: Params, T: Lift<Raw = T>> Returns<C, P> for Answer<T, Thrown> {
    type Func = TypedFunc<<u32 as Pointer>::Leading<P>, ()>;
    type Raw = Self;
    type Out<'s> = Self;

    fn signatures() -> Vec<Signature> {
        vec![Signature { params: [vec![CoreType::I32], P::types()].concat(), results: vec![] }]
    }

    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func> {
        found.func()
    }

    fn prepare(_: &Self::Func, into: &mut Lowering<'_>) -> Room {
        Some(into.reserve(size_of::<[u32; 4]>(), align_of::<u32>()))
    }

    async fn call<M: Mode>(
        func: &Self::Func,
        frame: &mut Frame<'_, M, C::Allocator>,
        room: Room,
        params: P,
    ) -> Result<Self> {
        let room = room.ok_or(ErrorKind::Null)?;
        let (area, _) = room.try_into()?;
        frame.invoke(func, u32::lead(area, params)).await?;
        let [pointer, len, error, is_error]: [u32; 4] = bytemuck::pod_read_unaligned(frame.bytes(room, 4)?);
        if is_error != 0 {
            return Ok(Answer(Err(Thrown(error))));
        }
        let region = region(pointer, len);
        frame.bytes(region, 1)?;
        frame.adopt(region, 1)?;
        Ok(Answer(Ok(T::read::<C>(frame.bytes(region, 1)?, Region { pointer: 0, ..region })?)))
    }

    fn lift(raw: Self, _: &[u8]) -> Result<Self> {
        Ok(raw)
    }
}

/// `__wbindgen_error_new` makes an error of a message, and returns what the guest shall know it by.
fn throw(mut caller: Caller<'_, Vec<String>>, pointer: u32, len: u32) -> wasmtime::Result<u32> {
    let memory = caller.get_export("memory").and_then(Extern::into_memory).unwrap();
    let message = String::read::<Standard>(memory.data(&caller), region(pointer, len))?;
    caller.data_mut().push(message);
    Ok(u32::try_from(caller.data().len() - 1)?)
}

#[test]
fn answers_as_known() {
    let published = Published::load("snappy-wasm", "node_modules/snappy-wasm/cjs/snappy_bg.wasm");
    let Published { engine, module, .. } = &published;
    let mut linker = Linker::new(engine);
    linker.func_wrap("__wbindgen_placeholder__", "__wbindgen_error_new", throw).unwrap();
    let mut snappy = SnappyInstance::instantiate(Store::new(engine, vec![]), module, &linker).unwrap();
    published.check(&mut snappy, |snappy, call, args| {
        let Answer(answer) = match call {
            "compress" => snappy.compress(text(&args["data"]))?,
            "decompress" => Answer(snappy.decompress(&bytes(&args["data"]))?.0.map(String::into_bytes)),
            "compress_raw" => snappy.compress_raw(&bytes(&args["data"]))?,
            _ => snappy.decompress_raw(&bytes(&args["data"]))?,
        };
        Ok(match answer {
            Ok(bytes) => json!({ "bytes": spell(&bytes) }),
            Err(Thrown(index)) => json!({ "error": snappy.as_context().data()[index as usize] }),
        })
    });
}
