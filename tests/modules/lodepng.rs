//! @cwasm/lodepng: C, with out-parameters in front, and a status code for its result.

use crate::published::{Published, bytes, integer, spell};
use linmem::pass::Ptr;
use linmem::results::Room;
use linmem::{Convention, CoreType, ErrorKind, FoundExport, Frame, Lowering, Mode, Params, Region, Result, Returns};
use linmem::{Signature, wasm_import};
use serde_json::json;
use wasmtime::{AsContextMut, Linker, Store, TypedFunc, WasmParams};

/// A buffer of the guest's that its caller frees: its address and its dimensions, in elements of `SIZE` bytes.
#[derive(Debug)]
struct Buffer<const OUTS: usize, const SIZE: u64> {
    outs: [u32; OUTS],
    bytes: Vec<u8>,
}

type Png = Buffer<2, 1>;
type Image = Buffer<3, 4>;

#[wasm_import]
trait LodePng {
    #[wasm(name = "lodepng_encode32")]
    fn encode(&mut self, #[wasm(pass = Ptr)] rgba: &[u8], width: u32, height: u32) -> Result<Png>;
    #[wasm(name = "lodepng_decode32")]
    fn decode(&mut self, png: &[u8]) -> Result<Image>;
}

/// Parameters that can stand behind those of `N` out-parameters.
trait Behind<const N: usize>: Params {
    type All: WasmParams + Sync + 'static;

    fn behind(self, outs: [u32; N]) -> Self::All;
}

macro_rules! behind {
    ($($n:literal: [$($out:ident)*] [$($p:ident: $ty:ty),*];)*) => {$(
        impl Behind<$n> for ($($ty,)*) {
            type All = ($(behind!(@u32 $out),)* $($ty,)*);

            fn behind(self, [$($out),*]: [u32; $n]) -> Self::All {
                let ($($p,)*) = self;
                ($($out,)* $($p,)*)
            }
        }
    )*};
    (@u32 $out:ident) => { u32 };
}
behind! {
    2: [a b] [];
    3: [a b c] [];
    2: [a b] [rgba: u32, width: u32, height: u32];
    3: [a b c] [png: u32, len: u32];
}

impl<C, P, const OUTS: usize, const SIZE: u64> Returns<C, P> for Buffer<OUTS, SIZE>
where
    C: Convention,
    P: Behind<OUTS>,
{
    type Func = TypedFunc<P::All, u32>;
    type Raw = Self;
    type Out<'s> = Self;

    fn signatures() -> Vec<Signature> {
        let params = [vec![CoreType::I32; OUTS], P::types()].concat();
        vec![Signature { params, results: vec![CoreType::I32] }]
    }

    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func> {
        found.func()
    }

    fn prepare(_: &Self::Func, into: &mut Lowering<'_>) -> Room {
        Some(into.reserve(size_of::<[u32; OUTS]>(), align_of::<u32>()))
    }

    async fn call<M: Mode>(
        func: &Self::Func,
        frame: &mut Frame<'_, M, C::Allocator>,
        room: Room,
        params: P,
    ) -> Result<Self> {
        let room = room.ok_or(ErrorKind::Null)?;
        let (first, _): (u32, u32) = room.try_into()?;
        let outs = std::array::from_fn(|index| first + 4 * index as u32);
        let status = frame.invoke(func, params.behind(outs)).await?;
        if status != 0 {
            return Err(ErrorKind::Guest { code: status.into(), message: None }.into());
        }
        let outs: [u32; OUTS] = bytemuck::pod_read_unaligned(frame.bytes(room, 4)?);
        let len = outs[1..].iter().fold(SIZE, |len, dimension| len.saturating_mul((*dimension).into()));
        let region = Region { pointer: outs[0].into(), len };
        let bytes = frame.bytes(region, 1)?.to_vec();
        frame.adopt(region, 1)?;
        Ok(Buffer { outs, bytes })
    }

    fn lift(raw: Self, _: &[u8]) -> Result<Self> {
        Ok(raw)
    }
}

#[test]
fn answers_as_known() {
    let published = Published::load("cwasm-lodepng", "node_modules/@cwasm/lodepng/lodepng.wasm");
    let Published { engine, module, .. } = &published;
    let mut png = LodePngInstance::instantiate(Store::new(engine, ()), module, &Linker::new(engine)).unwrap();
    published.check(&mut png, |png, call, args| {
        let answer = match call {
            "lodepng_encode32" => {
                let (width, height) = (integer(&args["width"]), integer(&args["height"]));
                let png = png.encode(&bytes(&args["rgba"]), width, height);
                png.map(|png| json!({ "error": 0, "png": spell(&png.bytes) }))
            }
            _ => png.decode(&bytes(&args["png"])).map(|Buffer { outs: [_, width, height], bytes }| {
                json!({ "error": 0, "width": width, "height": height, "rgba": spell(&bytes) })
            }),
        };
        answer.or_else(|error| match *error.kind() {
            ErrorKind::Guest { code, .. } => Ok(json!({ "error": code })),
            _ => Err(error),
        })
    });
}
