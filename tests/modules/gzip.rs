//! wasm-gzip: Rust that returns a length, or all ones for an error, and tells the rest through getters.

use crate::published::{Answer, Published, bytes, integer, region, spell};
use linmem::results::Room;
use linmem::text::{Text, Utf8};
use linmem::{Convention, CoreType, FoundExport, Frame, Helper, Mode, Params, Result, Returns, Signature, wasm_import};
use serde_json::json;
use wasmtime::{AsContextMut, Linker, Store, TypedFunc};

/// Bytes, or a message.
type Bytes = Answer<Vec<u8>, String>;

#[wasm_import(alloc = "malloc_u8", free = "free_u8")]
trait Gzip {
    fn gzip_compress(&mut self, data: &[u8], flags: u32) -> Result<Bytes>;
    fn gzip_decompress(&mut self, data: &[u8], flags: u32) -> Result<Bytes>;
    fn deallocate_buffer(&mut self) -> Result<()>;
}

impl<C: Convention, P: Params> Returns<C, P> for Bytes {
    type Func = (TypedFunc<P, u32>, [TypedFunc<(), u32>; 3]);
    type Raw = Self;
    type Out<'s> = Self;

    fn signatures() -> Vec<Signature> {
        vec![Signature { params: P::types(), results: vec![CoreType::I32] }]
    }

    fn helpers(_: &str) -> Vec<Helper> {
        let signatures = vec![Signature { params: vec![], results: vec![CoreType::I32] }];
        let getter = |name: &str| Helper { name: name.to_owned(), signatures: signatures.clone(), optional: false };
        ["buffer", "error_message", "error_message_len"].map(getter).to_vec()
    }

    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func> {
        Ok((found.func()?, [found.helper(0)?, found.helper(1)?, found.helper(2)?]))
    }

    async fn call<M: Mode>(
        (export, [buffer, message, message_len]): &Self::Func,
        frame: &mut Frame<'_, M, C::Allocator>,
        _: Room,
        params: P,
    ) -> Result<Self> {
        Ok(Answer(match frame.invoke(export, params).await? {
            u32::MAX => {
                let region = region(frame.invoke(message, ()).await?, frame.invoke(message_len, ()).await?);
                Err(Utf8::decode(frame.bytes(region, 1)?)?)
            }
            len => {
                let region = region(frame.invoke(buffer, ()).await?, len);
                Ok(frame.bytes(region, 1)?.to_vec())
            }
        }))
    }

    fn lift(raw: Self, _: &[u8]) -> Result<Self> {
        Ok(raw)
    }
}

#[test]
fn answers_as_known() {
    let published = Published::load("wasm-gzip", "node_modules/wasm-gzip/wasm_gzip.wasm");
    let Published { engine, module, .. } = &published;
    let mut gzip = GzipInstance::instantiate(Store::new(engine, ()), module, &Linker::new(engine)).unwrap();
    published.check(&mut gzip, |gzip, call, args| {
        let (data, flags) = (bytes(&args["data"]), integer(&args["flags"]));
        let Answer(answer) = match call {
            "gzip_compress" => gzip.gzip_compress(&data, flags)?,
            _ => gzip.gzip_decompress(&data, flags)?,
        };
        gzip.deallocate_buffer()?;
        Ok(match answer {
            Ok(bytes) => json!({ "bytes": spell(&bytes) }),
            Err(message) => json!({ "error": message }),
        })
    });
}
