//! What a module imports: a memory, functions that nobody defines, and a `_start` that exits.

use crate::support::{block_on, engine, wat};
use linmem::{Bound, ErrorKind, Exit, Fault, Handle, Result, Stub, wasm_import};
use wasmtime::{Linker, Memory, MemoryType, Store};

#[wasm_import]
trait Sum {
    fn sum(&mut self, data: &[u8]) -> Result<u32>;
}

#[wasm_import(memory = "heap")]
trait NamedSum {
    fn sum(&mut self, data: &[u8]) -> Result<u32>;
}

#[wasm_import]
trait AsyncSum {
    async fn sum(&mut self, data: &[u8]) -> Result<u32>;
}

const SUM: &str = r#"(func (export "sum") (param $p i32) (param $n i32) (result i32) (local $s i32)
  (loop $next (if (local.get $n) (then
    (local.set $s (i32.add (local.get $s) (i32.load8_u (local.get $p))))
    (local.set $p (i32.add (local.get $p) (i32.const 1)))
    (local.set $n (i32.sub (local.get $n) (i32.const 1)))
    (br $next))))
  (local.get $s))"#;

fn importing(memory: &str) -> wasmtime::Module {
    wat(&format!(r#"(module (import "env" "{memory}" (memory 2 5)) {SUM})"#))
}

#[test]
fn a_memory_that_is_imported_is_provided_with_the_modules_limits() {
    let linker = Linker::<()>::new(engine());
    let module = importing("memory");
    let mut sum = SumInstance::instantiate(Store::new(engine(), ()), &module, &linker).unwrap();
    assert_eq!(sum.sum(&[1, 2, 3]).unwrap(), 6);
    let mut memory = Bound::memory(&mut sum).unwrap();
    assert_eq!(memory.size(), 3, "the module's two pages, and one of the host's");
    assert!(matches!(memory.grow(3).unwrap_err().kind(), ErrorKind::Grow { .. }), "five pages at most");
}

#[test]
fn a_pre_provides_a_memory_for_each_instance() {
    let linker = Linker::<()>::new(engine());
    let pre = SumPre::link(&importing("memory"), &linker).unwrap().clone();
    let mut instances = [(); 3].map(|()| pre.instantiate(Store::new(engine(), ())).unwrap());
    for (n, sum) in instances.iter_mut().enumerate() {
        assert_eq!(sum.sum(&vec![1; n]).unwrap(), u32::try_from(n).unwrap());
    }
}

#[test]
fn a_memory_of_the_linkers_is_used_and_not_replaced() {
    let mut store = Store::new(engine(), ());
    let memory = Memory::new(&mut store, MemoryType::new(2, Some(4))).unwrap();
    let mut linker = Linker::<()>::new(engine());
    linker.define(&store, "env", "heap", memory).unwrap();
    let mut sum = NamedSumInstance::instantiate(&mut store, &importing("heap"), &linker).unwrap();
    assert_eq!(sum.sum(&[1, 2, 3]).unwrap(), 6);
    drop(sum);
    assert_eq!(memory.size(&store), 3);
}

#[test]
fn an_async_store_is_provided_with_a_memory_too() {
    block_on(async {
        let linker = Linker::<()>::new(engine());
        let store = Store::new(engine(), ());
        let mut sum = AsyncSumInstance::instantiate_async(store, &importing("memory"), &linker).await.unwrap();
        assert_eq!(sum.sum(&[1, 2, 3]).await.unwrap(), 6);
    });
}

#[test]
fn where_somebody_else_has_linked_an_imported_memory_is_a_fault() {
    let module = importing("memory");
    let mut store = Store::new(engine(), ());
    let memory = Memory::new(&mut store, MemoryType::new(2, Some(4))).unwrap();
    let mut linker = Linker::<()>::new(engine());
    linker.define(&store, "env", "memory", memory).unwrap();
    let linked = linker.instantiate_pre(&module).unwrap();
    let error = SumPre::new(linked.clone()).unwrap_err();
    let ErrorKind::Bind(faults) = error.kind() else { panic!("{error}") };
    assert_eq!(faults.faults, [Fault::ImportedMemory { name: "memory".to_owned() }]);
    assert!(error.to_string().contains("`…Pre::link`"), "{error}");
    let instance = linked.instantiate(&mut store).unwrap();
    assert!(Handle::<SumExports>::new(&mut store, &instance).is_err());
}

#[test]
fn a_memory_of_another_name_is_not_taken_for_the_one_that_was_named() {
    let error = NamedSumPre::link(&importing("memory"), &Linker::<()>::new(engine())).unwrap_err();
    let ErrorKind::Bind(faults) = error.kind() else { panic!("{error}") };
    assert!(matches!(faults.faults.as_slice(), [Fault::MissingMemory { name, .. }] if name == "heap"));
}

const IMPORTS: &str = r#"(module
  (import "env" "number" (func $number (param i32) (result i32)))
  (import "env" "nothing" (func $nothing))
  (import "env" "many" (func $many (result f64 i64)))
  (func (export "number") (result i32) (call $number (i32.const 7)))
  (func (export "nothing") (call $nothing))
  (func (export "many") (result i64) (local $i i64) (call $many) (local.set $i) (drop) (local.get $i)))"#;

#[wasm_import(imports = Stub::Zero)]
trait Zeros {
    fn number(&mut self) -> Result<i32>;
    fn nothing(&mut self) -> Result<()>;
    fn many(&mut self) -> Result<i64>;
}

#[wasm_import(imports = Stub::Trap)]
trait Traps {
    fn number(&mut self) -> Result<i32>;
    fn nothing(&mut self) -> Result<()>;
}

#[wasm_import]
trait Unstubbed {
    fn number(&mut self) -> Result<i32>;
}

#[test]
fn stubs_return_zeros() {
    let linker = Linker::new(engine());
    let mut zeros = ZerosInstance::instantiate(Store::new(engine(), ()), &wat(IMPORTS), &linker).unwrap();
    assert_eq!((zeros.number().unwrap(), zeros.many().unwrap()), (0, 0));
    zeros.nothing().unwrap();
}

#[test]
fn what_the_linker_defines_is_not_stubbed() {
    let mut linker = Linker::new(engine());
    linker.allow_shadowing(true);
    linker.func_wrap("env", "number", |n: i32| n + 1).unwrap();
    let mut zeros = ZerosInstance::instantiate(Store::new(engine(), ()), &wat(IMPORTS), &linker).unwrap();
    assert_eq!(zeros.number().unwrap(), 8);
    zeros.nothing().unwrap();
}

#[test]
fn a_stub_that_traps_says_which_import_it_is() {
    let linker = Linker::new(engine());
    let mut traps = TrapsInstance::instantiate(Store::new(engine(), ()), &wat(IMPORTS), &linker).unwrap();
    let error = traps.nothing().unwrap_err();
    let ErrorKind::Trap(source) = error.kind() else { panic!("{error}") };
    assert!(
        format!("{source:?}").contains("the guest called its import `env::nothing`, which is a stub"),
        "{source:?}"
    );
    assert!(matches!(traps.number().unwrap_err().kind(), ErrorKind::Poisoned { .. }));
}

#[test]
fn without_stubs_an_import_that_nobody_defines_is_an_error() {
    let error = UnstubbedInstance::instantiate(Store::new(engine(), ()), &wat(IMPORTS), &Linker::new(engine()))
        .and_then(|mut unstubbed| unstubbed.number());
    let error = error.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Instantiate(_)));
    // All of them, and what to write.
    let told = format!("{error:#}");
    assert!(told.contains("nobody defines `env::number`, `env::nothing`, `env::many`"), "{told}");
    assert!(told.contains("`imports = linmem::Stub::Trap`"), "{told}");
}

const PROGRAM: &str = r#"(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (global $ready (mut i32) (i32.const 0))
  (func (export "_start") (global.set $ready (i32.const 1)) (call $exit (i32.const STATUS)) unreachable)
  (func (export "ready") (result i32) (global.get $ready)))"#;

#[wasm_import]
trait Program {
    fn ready(&mut self) -> Result<bool>;
}

fn program(status: i32, exit: fn(i32) -> wasmtime::Result<()>) -> Result<bool> {
    let mut linker = Linker::new(engine());
    linker.func_wrap("wasi_snapshot_preview1", "proc_exit", exit).unwrap();
    let module = wat(&PROGRAM.replace("STATUS", &status.to_string()));
    ProgramInstance::instantiate(Store::new(engine(), ()), &module, &linker)?.ready()
}

#[test]
fn a_start_that_exits_cleanly_has_initialized_the_instance() {
    assert!(program(0, |status| Err(Exit(status).into())).unwrap());
    // As wasmtime-wasi's error reads.
    assert!(program(0, |status| Err(wasmtime::format_err!("Exited with i32 exit status {status}"))).unwrap());
}

#[test]
fn a_start_that_exits_with_another_status_is_an_error() {
    let error = program(3, |status| Err(Exit(status).into())).unwrap_err();
    let ErrorKind::Instantiate(source) = error.kind() else { panic!("{error}") };
    assert_eq!(source.downcast_ref(), Some(&Exit(3)));
    assert!(program(1, |status| Err(wasmtime::format_err!("Exited with i32 exit status {status}"))).is_err());
}
