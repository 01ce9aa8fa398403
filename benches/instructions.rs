//! How many instructions a call takes, the engine's and the guest's with it: what does not depend on how busy a machine is.
//! It runs itself under valgrind's callgrind, twice for each call, and the difference is that of so many calls more.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a benchmark that fails panics"
)]

use linmem::wasm_import;
use linmem_benches::{GUEST, Heap, Slice, owned};
use std::env;
use std::hint::black_box;
use std::process::Command;
use wasmtime::{Engine, Instance, Linker, Module, Store};

const BYTES: [u8; 16] = *b"sixteen bytes in";
/// What is called.
const CALLS: [&str; 7] = [
    "bare",
    "numbers",
    "16 bytes in",
    "16 bytes in, by hand and zeroed",
    "an echo",
    "an echo, by hand and zeroed",
    "a borrowed echo",
];
/// A few calls, and many: what differs is the calls, and not the start of the program.
const FEW: u64 = 10_000;
const MANY: u64 = 60_000;

#[wasm_import]
trait Owned {
    fn add(&mut self, a: u32, b: u32) -> linmem::Result<u32>;
    fn last_byte(&mut self, bytes: &[u8]) -> linmem::Result<u32>;
    fn echo_bytes(&mut self, bytes: &[u8]) -> linmem::Result<Vec<u8>>;
}

#[wasm_import]
trait Borrowed {
    fn echo_bytes(&mut self, bytes: &[u8]) -> linmem::Result<&[u8]>;
}

fn main() {
    let Some(options) = linmem_benches::options() else { return };
    if let [call, times] = options.as_slice() {
        return make(call, times.parse().unwrap());
    }
    println!("instructions of a call\n");
    for call in CALLS {
        let Some((few, many)) = count(call, FEW).zip(count(call, MANY)) else {
            println!("nothing was counted: this needs valgrind");
            return;
        };
        println!("{call:>32} {:>6.0}", (many as f64 - few as f64) / (MANY - FEW) as f64);
    }
}

/// How many instructions this program takes to make so many calls; none where there is no valgrind.
fn count(call: &str, times: u64) -> Option<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(env::current_exe().unwrap());
    let output = valgrind.args(["--bench", call, &times.to_string()]).output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let (_, collected) = said.split_once("Collected :").expect("what callgrind has collected");
    Some(collected.split_whitespace().next().unwrap().parse().unwrap())
}

/// Makes calls. Each is in one place only, so that it is inlined there if it may be.
fn make(call: &str, times: u64) {
    let engine = Engine::default();
    let module = Module::new(&engine, GUEST).unwrap();
    let mut store = Store::new(&engine, ());
    let linker = Linker::new(&engine);
    let repeat = |call: &mut dyn FnMut()| (0..times).for_each(|_| call());
    match call {
        "bare" => {
            let instance = Instance::new(&mut store, &module, &[]).unwrap();
            let add = instance.get_typed_func::<(u32, u32), u32>(&mut store, "add").unwrap();
            repeat(&mut || _ = black_box(add.call(&mut store, (40, 2)).unwrap()));
        }
        "16 bytes in, by hand and zeroed" => {
            let instance = Instance::new(&mut store, &module, &[]).unwrap();
            let heap = Heap::find(&mut store, &instance, true).unwrap();
            let last_byte: Slice<u32> = instance.get_typed_func(&mut store, "last_byte").unwrap();
            repeat(&mut || _ = black_box(heap.send(&mut store, &last_byte, black_box(&BYTES)).unwrap()));
        }
        "an echo, by hand and zeroed" => {
            let instance = Instance::new(&mut store, &module, &[]).unwrap();
            let heap = Heap::find(&mut store, &instance, true).unwrap();
            let echo: Slice<u64> = instance.get_typed_func(&mut store, "echo_bytes").unwrap();
            repeat(&mut || _ = black_box(heap.echo(&mut store, &echo, black_box(&BYTES), owned).unwrap()));
        }
        "a borrowed echo" => {
            let mut guest = BorrowedInstance::instantiate(store, &module, &linker).unwrap();
            repeat(&mut || _ = black_box(guest.echo_bytes(black_box(&BYTES)).unwrap()));
        }
        _ => {
            let mut guest = OwnedInstance::instantiate(store, &module, &linker).unwrap();
            match call {
                "numbers" => repeat(&mut || _ = black_box(guest.add(40, 2).unwrap())),
                "16 bytes in" => repeat(&mut || _ = black_box(guest.last_byte(black_box(&BYTES)).unwrap())),
                "an echo" => repeat(&mut || _ = black_box(guest.echo_bytes(black_box(&BYTES)).unwrap())),
                other => panic!("{other} is none of {CALLS:?}"),
            }
        }
    }
}
