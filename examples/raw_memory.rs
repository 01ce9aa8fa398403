//! Guest memory by hand, without the attribute: guarded allocations around calls of wasmtime's own `TypedFunc`s.
//!
//! ```sh
//! cargo run --example raw_memory
//! ```
//!
//! First with the allocator that the guest exports, then with linmem's arena in memory that the host adds, which is for
//! guests that export none. There is no pointer arithmetic, and nothing to clean up: what a guard holds is zeroed and
//! released when it is dropped.

use linmem::allocator::Hosted;
use linmem::{LinearMemory, Settings};
use std::error::Error;
use std::fmt::Write;
use wasmtime::{Engine, Instance, Module, Store, TypedFunc};

const GUEST: &[u8] = include_bytes!("../tests/guests/ledger.wasm");

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

fn main() -> Result<()> {
    let engine = Engine::default();
    let module = Module::new(&engine, GUEST)?;
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;

    let output = in_the_guests_heap(&mut store, &instance)? + &in_the_hosts_arena(&mut store, &instance)?;
    assert_eq!(
        output,
        "checksum of 3 bytes: 6\n\
         echo: [1, 2, 3]\n\
         concat: one two three\n\
         blocks left in the guest: 0\n\
         free before growing: None\n\
         free after growing: at the new page, true\n\
         length: 5\n\
         no free block of 100000 bytes in the arena: the largest has 65536, 34464 are missing; allow it to grow\n\
         free again, and zero: true\n"
    );
    print!("{output}");
    Ok(())
}

/// The guest exports `alloc` and `dealloc`; linmem knows these names.
fn in_the_guests_heap(store: &mut Store<()>, instance: &Instance) -> Result<String> {
    let checksum: TypedFunc<(u32, u32), u64> = instance.get_typed_func(&mut *store, "checksum")?;
    let echo: TypedFunc<(u32, u32), u64> = instance.get_typed_func(&mut *store, "echo_packed")?;
    let concat: TypedFunc<(u32, u32, u32, u32, u32, u32), u64> = instance.get_typed_func(&mut *store, "concat")?;
    let live_blocks: TypedFunc<(), u32> = instance.get_typed_func(&mut *store, "live_blocks")?;

    let mut output = String::new();
    let mut memory = LinearMemory::open(&mut *store, instance, None)?;

    // One allocation: its address is the guest's, its bytes are a slice of the host's.
    let mut bytes = memory.alloc(&[1, 2, 3], true, true)?;
    let pointer = u32::try_from(&bytes)?;
    writeln!(output, "checksum of {} bytes: {}", bytes.len(), bytes.call(&checksum, (pointer, 3))?)?;
    let packed = bytes.call(&echo, (pointer, 3))?;
    drop(bytes);

    // What a call returned is an allocation too. It is zeroed and released like any other.
    writeln!(output, "echo: {:?}", memory.get_output(packed)?.as_slice())?;

    // Several allocations around one call.
    let mut frame = memory.frame()?;
    let (one, len1) = <(u32, u32)>::try_from(frame.alloc(b"one")?)?;
    let (two, len2) = <(u32, u32)>::try_from(frame.alloc(b" two")?)?;
    let (three, len3) = <(u32, u32)>::try_from(frame.alloc(b" three")?)?;
    let packed = frame.call(&concat, (one, len1, two, len2, three, len3))?;
    frame.close()?;
    writeln!(output, "concat: {}", memory.get_output(packed)?.as_str()?)?;

    drop(memory);
    writeln!(output, "blocks left in the guest: {}", live_blocks.call(store, ())?)?;
    Ok(output)
}

/// The same guest, as if it exported no allocator.
fn in_the_hosts_arena(store: &mut Store<()>, instance: &Instance) -> Result<String> {
    let length: TypedFunc<(u32, u32), u32> = instance.get_typed_func(&mut *store, "length")?;

    let mut output = String::new();
    let mut memory = LinearMemory::<_, Hosted>::with(store, instance, Settings::new())?;
    writeln!(output, "free before growing: {:?}", memory.next_available(5))?;

    // The arena uses nothing but what the host has grown. Asking where an allocation would go makes none.
    let page = memory.grow(1)?;
    let next = memory.next_available(5);
    writeln!(output, "free after growing: at the new page, {}", next == Some(page.pointer))?;

    let mut bytes = memory.alloc(b"bytes", false, true)?;
    let (pointer, len) = <(u32, u32)>::try_from(bytes.region())?;
    writeln!(output, "length: {}", bytes.call(&length, (pointer, len))?)?;
    drop(bytes);

    // Without leave to grow, an allocation that is too large says what is missing.
    if let Err(error) = memory.alloc(&[0xff; 100_000], false, true) {
        writeln!(output, "{error}")?;
    }

    let zero = memory.as_slice().iter().rev().take(65536).all(|byte| *byte == 0);
    writeln!(output, "free again, and zero: {}", zero && memory.next_available(5) == next)?;
    Ok(output)
}
