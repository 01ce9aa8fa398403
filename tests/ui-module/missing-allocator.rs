//! Strings and slices need a place in memory, and the module has none that these traits could take. Each is told by the
//! option that asks for it, or else at the trait.
use linmem::allocator::{Buffer, Release, Request, Reserve, Wanted};
use linmem::{
    Allocator, Block, FoundHelpers, Func, Guest, Helper, Mode, Result, export_names, wasm_import,
};
use wasmtime::AsContextMut;

export_names!(Input = "reserve_input", Address = "input_address", Capacity = "input_capacity");

/// No option names any, and those that are known are of another type, or of other conventions.
#[wasm_import(module = concat!(env!("UI_MODULES"), "/missing-allocator.wat"))]
trait Unnamed {
    fn count(&mut self, text: &str) -> Result<u32>;
}

#[wasm_import(
    module = concat!(env!("UI_MODULES"), "/missing-allocator.wat"),
    alloc = "take",
    free = "give",
)]
trait Mistyped {
    fn count(&mut self, text: &str) -> Result<u32>;
}

#[wasm_import(
    module = concat!(env!("UI_MODULES"), "/missing-allocator.wat"),
    convention = linmem::convention::WasmBindgen,
)]
trait OfOwners {
    fn count(&mut self, text: &str) -> Result<u32>;
}

#[wasm_import(
    module = concat!(env!("UI_MODULES"), "/missing-allocator.wat"),
    convention = linmem::convention::AssemblyScript,
)]
trait Managed {
    fn count_managed(&mut self, text: &str) -> Result<u32>;
}

#[wasm_import(
    module = concat!(env!("UI_MODULES"), "/missing-allocator.wat"),
    allocator = Reserve<Input>,
)]
trait Reserved {
    fn count(&mut self, text: &str) -> Result<u32>;
}

#[wasm_import(
    module = concat!(env!("UI_MODULES"), "/missing-allocator.wat"),
    allocator = Buffer<Address, Capacity>,
)]
trait Buffered {
    fn count(&mut self, text: &str) -> Result<u32>;
}

/// An allocator of one's own is checked by what it says that it wants.
#[derive(Debug)]
struct Realloc {
    realloc: Func<(u32, u32), u32>,
    free: Release<u32>,
}

impl Allocator for Realloc {
    type Pointer = u32;
    const WANTED: Wanted = Wanted::new(
        &[Helper::new::<Func<(u32, u32), u32>>("realloc")],
        &[Helper::new::<Release<u32>>("free")],
    );

    fn resolve<S: AsContextMut>(found: &mut FoundHelpers<'_, '_, S>) -> Result<Self> {
        Ok(Realloc { realloc: found.func()?, free: found.func()? })
    }

    async fn allocate<M: Mode>(&self, guest: &mut Guest<'_, M>, request: Request) -> Result<Option<Block>> {
        let Request { size, align, .. } = request;
        let size_in_guest = u32::try_from(size).unwrap_or(u32::MAX);
        let pointer = guest.call(&self.realloc, (0, size_in_guest)).await?.into();
        Ok(Some(Block { pointer, size, align }))
    }

    fn release<M: Mode>(&self, guest: Guest<'_, M>, block: Block) -> impl Future<Output = Result<()>> {
        self.free.call(guest, block)
    }
}

#[wasm_import(
    module = concat!(env!("UI_MODULES"), "/missing-allocator.wat"),
    allocator = Realloc,
)]
trait OnesOwn {
    fn count(&mut self, text: &str) -> Result<u32>;
}

/// There is `malloc`, and nothing that releases; or the two are given in the wrong order.
#[wasm_import(module = concat!(env!("UI_MODULES"), "/malloc-alone.wat"))]
trait Keeping {
    fn count(&mut self, text: &str) -> Result<u32>;
}

#[wasm_import(module = concat!(env!("UI_MODULES"), "/swapped-allocator.wat"), alloc = "free", free = "malloc")]
trait Swapped {
    fn count(&mut self, text: &str) -> Result<u32>;
}

/// Numbers need no place.
#[wasm_import(module = concat!(env!("UI_MODULES"), "/missing-allocator.wat"))]
trait Right {
    fn add(&mut self, a: u32, b: u32) -> Result<u32>;
}

fn main() {}
