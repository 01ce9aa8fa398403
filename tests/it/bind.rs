//! Binding: what a module lacks is told at once, in the trait's order; and a handle knows its store.

mod advice;
mod memories;
mod report;

use crate::support::{bind, engine, handle, instance, ledger, wat};
use linmem::{Bound, CoreType, Error, ErrorKind, Fault, Interface, LinearMemory, Result, Role, wasm_import};
use std::error::Error as _;
use wasmtime::{Linker, Module, Store};

/// The faults between a trait and a module, and the message.
#[track_caller]
fn faults<I: Interface>(module: &Module) -> (Vec<Fault>, String) {
    let store = Store::new(engine(), ());
    let error: Error = Bound::<_, I>::instantiate(store, module, &Linker::new(engine())).unwrap_err();
    assert_eq!((error.export(), error.place()), (None, None));
    assert!(error.source().is_none());
    let message = error.to_string();
    let ErrorKind::Bind(faults) = error.into_kind() else { panic!("{message}") };
    assert_eq!(faults.interface, I::NAME);
    (faults.faults, message)
}

#[wasm_import]
trait Adder {
    fn add(&mut self, a: u32, b: i64) -> Result<f64>;
}

#[test]
fn names_a_missing_export_and_what_there_is() {
    let module = wat(r#"(module (func (export "sum")) (func (export "ad")) (global (export "g") i32 (i32.const 0)))"#);
    let (faults, message) = faults::<AdderExports>(&module);
    let [fault @ Fault::MissingExport { role: Role::Method("add"), export, wanted, candidates, .. }] =
        faults.as_slice()
    else {
        panic!("{faults:?}")
    };
    assert_eq!((export.as_str(), wanted.len()), ("add", 1));
    assert_eq!(
        (candidates.similar.as_slice(), candidates.fitting.len(), candidates.others.len()),
        (&["ad".into()][..], 0, 0)
    );
    assert_eq!(fault.help(), ["`#[wasm(name = \"…\")]`"]);
    assert_eq!(
        message,
        "the module does not fit `Adder`: 1 fault
  - `add`: no export `add`
      wanted   (i32, i64) -> f64
      similar  `ad`
      help     `#[wasm(name = \"…\")]`"
    );
}

#[test]
fn says_so_if_a_module_exports_nothing() {
    let (_, message) = faults::<AdderExports>(&wat("(module)"));
    assert_eq!(
        message,
        "the module does not fit `Adder`: 1 fault
  - `add`: no export `add`
      wanted   (i32, i64) -> f64
      help     `#[wasm(name = \"…\")]`"
    );
}

#[test]
fn gives_both_signatures_of_a_mistyped_export() {
    let module = wat(r#"(module (func (export "add") (param i32 i32) (result i32 i32) (i32.const 0) (i32.const 0)))"#);
    let (faults, message) = faults::<AdderExports>(&module);
    let [Fault::WrongSignature { role: Role::Method("add"), export, wanted, found, parameters, remedies, .. }] =
        faults.as_slice()
    else {
        panic!("{faults:?}")
    };
    assert_eq!(export, "add");
    assert_eq!((parameters[1].name, parameters[1].types), ("b", &[CoreType::I64][..]));
    assert_eq!(remedies, &[]);
    assert_eq!(
        (wanted[0].to_string(), found.to_string()),
        ("(i32, i64) -> f64".into(), "(i32, i32) -> (i32, i32)".into())
    );
    assert_eq!(
        message,
        "the module does not fit `Adder`: 1 fault
  - `add`: `add` has another type
      wanted   (i32, i64) -> f64
      found    (i32, i32) -> (i32, i32)
      where    `a` is i32, `b` is i64"
    );
}

#[wasm_import]
trait Greeter {
    #[wasm(name = "hello")]
    fn greet(&mut self, name: &str) -> Result<String>;
}

#[test]
fn lists_every_signature_that_would_do() {
    let module = wat(r#"(module (memory (export "memory") 1) (func (export "hello") (param i64 i32)))"#);
    let (faults, message) = faults::<GreeterExports>(&module);
    let [Fault::WrongSignature { role: Role::Method("greet"), export, wanted, .. }] = faults.as_slice() else {
        panic!("{faults:?}")
    };
    assert_eq!((export.as_str(), wanted.len()), ("hello", 4));
    assert_eq!(
        message,
        "the module does not fit `Greeter`: 1 fault
  - `greet`: `hello` has another type
      wanted   (i32, i32, i32)
      or       (i32, i32) -> i32
      or       (i32, i32) -> (i32, i32)
      or       (i32, i32) -> i64
      found    (i64, i32)
      where    `name` is (i32, i32)"
    );
}

#[test]
fn says_that_an_export_is_no_function() {
    for (is, export) in [
        ("global", "(global (export \"add\") i32 (i32.const 0))"),
        ("memory", "(memory (export \"add\") 1)"),
        ("table", "(table (export \"add\") 1 funcref)"),
    ] {
        let (faults, message) = faults::<AdderExports>(&wat(&format!("(module {export})")));
        assert!(
            matches!(faults.as_slice(), [Fault::NotAFunction { role: Role::Method("add"), kind, .. }] if *kind == is)
        );
        assert!(message.contains(&format!("\n  - `add`: `add` is no function, but a {is}\n")), "{message}");
    }
}

#[wasm_import(alloc = "take", free = "give")]
#[allow(dead_code, reason = "no module fits it")]
trait Named {
    fn first(&mut self, text: &str) -> Result<u32>;
    fn second(&mut self) -> Result<bool>;
    fn third(&mut self, c: char) -> Result<()>;
}

#[test]
fn reports_everything_together_in_the_traits_order() {
    let module = wat(r#"(module (func (export "third") (param i64)) (global (export "first") i32 (i32.const 0))
          (func (export "give") (param i32 i32 i32 i32)))"#);
    let (found, message) = faults::<NamedExports>(&module);
    assert!(
        matches!(
            found.as_slice(),
            [
                Fault::NotAFunction { role: Role::Method("first"), .. },
                Fault::MissingExport { role: Role::Method("second"), .. },
                Fault::WrongSignature { role: Role::Method("third"), .. },
                Fault::MissingMemory { .. },
                Fault::MissingExport { role: Role::Allocator, .. },
                Fault::WrongSignature { role: Role::Deallocator, .. },
            ]
        ),
        "{found:?}"
    );
    let heads: Vec<_> = message.lines().filter(|line| line.starts_with("  - ")).collect();
    assert_eq!(
        heads,
        [
            "  - `first`: `first` is no function, but a global",
            "  - `second`: no export `second`",
            "  - `third`: `third` has another type",
            "  - the module exports no memory",
            "  - allocator: no export `take`",
            "  - deallocator: `give` has another type",
        ]
    );
}

#[test]
fn the_advice_for_a_missing_allocator_names_the_option_that_sets_it() {
    let module =
        wat(r#"(module (memory (export "memory") 1) (func (export "first") (param i32 i32) (result i32) (i32.const 0))
          (func (export "second") (result i32) (i32.const 0)) (func (export "third") (param i32)))"#);
    let (found, message) = faults::<NamedExports>(&module);
    assert_eq!(found.len(), 2);
    let help: Vec<_> = found.iter().flat_map(Fault::help).collect();
    // `name = …` is an option of methods.
    assert_eq!(help, ["`alloc = \"…\"`", "`free = \"…\"` beside `alloc = \"…\"`"], "{message}");
}

#[test]
fn an_allocator_that_is_swapped_is_named() {
    #[wasm_import(alloc = "free", free = "malloc")]
    #[allow(dead_code, reason = "it is bound, and not called")]
    trait Swapped {
        fn hello(&mut self, text: &str) -> Result<()>;
    }
    let module =
        wat(r#"(module (memory (export "memory") 1) (func (export "malloc") (param i32) (result i32) unreachable)
          (func (export "free") (param i32)) (func (export "hash") (param i32 i32) (result i32) unreachable)
          (func (export "hello") (param i32 i32)))"#);
    let (found, message) = faults::<SwappedExports>(&module);
    let help: Vec<_> = found.iter().flat_map(Fault::help).collect();
    assert_eq!(help, ["`alloc = \"malloc\"`", "`free = \"free\"` beside `alloc = \"…\"`"], "{message}");
}

#[test]
fn an_allocator_may_be_used_without_the_other_half_if_that_is_said() {
    const REST: &str = r#"(memory (export "memory") 1) (func (export "hello") (param i32 i32) (result i64) (i64.const 0))
          (func (export "malloc") (param i32) (result i32) (i32.const 64))"#;
    let (found, message) = faults::<GreeterExports>(&wat(&format!("(module {REST})")));
    assert!(matches!(found.as_slice(), [Fault::MissingDeallocator { allocator: "malloc", found: None, .. }]));
    assert_eq!(
        message,
        "the module does not fit `Greeter`: 1 fault
  - the allocator `malloc` has no `free` that releases
      wanted   (i32)
      or       (i32, i32)
      or       (i32, i32, i32)
      help     `alloc = \"malloc\", free = \"…\"`, or `alloc = \"malloc\"` alone, which releases nothing"
    );
    let (_, message) =
        faults::<GreeterExports>(&wat(&format!(r#"(module {REST} (func (export "free") (param f32)))"#)));
    assert!(message.contains("\n      found    (f32)\n"), "{message}");
    // What the help says.
    #[wasm_import(alloc = "malloc")]
    trait Keeping {
        fn hello(&mut self, text: &str) -> Result<u64>;
    }
    assert_eq!(bind::<KeepingExports>(&wat(&format!("(module {REST})"))).hello("you").unwrap(), 0);
}

#[test]
fn an_allocator_of_other_types_is_none_of_the_known_ones() {
    // `malloc` takes a float, and there is no `free` for `alloc`. To use the arena instead would be a guess.
    let module = wat(r#"(module (memory (export "memory") 1)
          (func (export "malloc") (param f32) (result i32) (unreachable)) (func (export "free") (param i32))
          (func (export "alloc") (param i32) (result i64) (unreachable))
          (func (export "hello") (param i32 i32) (result i32 i32) (i32.const 0) (i32.const 0)))"#);
    let (found, message) = faults::<GreeterExports>(&module);
    assert!(matches!(found.as_slice(), [Fault::UnusableAllocator { allocator: "malloc", release: "free", .. }]));
    assert!(message.contains("the allocator `malloc` with `free` cannot be used"), "{message}");
    assert!(message.contains("\n      found    (f32) -> i32\n"), "{message}");
    // The same with one that can.
    let module = wat(r#"(module (memory (export "memory") 1)
          (func (export "malloc") (param i32) (result i32) (i32.const 64)) (func (export "free") (param i32))
          (func (export "hello") (param i32 i32) (result i32 i32) (i32.const 0) (i32.const 0)))"#);
    assert_eq!(bind::<GreeterExports>(&module).greet("x").unwrap(), "");
}

/// Nothing is placed for scalars, so it does not matter what the allocator is.
#[test]
fn scalars_bind_whatever_the_allocator_is() {
    let module = wat(r#"(module (memory (export "memory") 1)
          (func (export "malloc") (param f32) (result i32) (unreachable))
          (func (export "__wbindgen_malloc") (param i32) (result i32) (unreachable))
          (func (export "add") (param i32 i64) (result f64) (f64.const 3)))"#);
    assert_eq!(bind::<AdderExports>(&module).add(1, 2).unwrap(), 3.0);
}

#[test]
fn many_exports_are_not_all_listed() {
    let exports: String = (0..20).map(|n| format!(r#"(func (export "f{n}"))"#)).collect();
    let (_, message) = faults::<AdderExports>(&wat(&format!("(module {exports})")));
    assert!(message.contains("`f5`, …\n"), "{message}");
}

#[test]
fn names_that_the_guest_chose_cannot_forge_lines() {
    let (_, message) = faults::<AdderExports>(&wat(r#"(module (func (export "\1b[2J\n  - fake")))"#));
    assert_eq!(message.lines().count(), 5, "{message}");
    assert!(message.contains(r"`\u{1b}[2J\n  - fake`"), "{message}");
}

#[test]
fn the_memory_api_reports_in_the_same_way() {
    let (mut store, instance) = instance(&wat(r#"(module (memory (export "mem") 1))"#));
    let error = LinearMemory::open(&mut store, &instance, None).map(drop).unwrap_err();
    let ErrorKind::Bind(faults) = error.kind() else { panic!("{error}") };
    assert_eq!(faults.faults, [Fault::MissingMemory { name: "memory".to_owned(), memories: vec!["mem".to_owned()] }]);
    LinearMemory::open(&mut store, &instance, Some("mem")).unwrap();
}

#[wasm_import]
trait Ledger {
    fn length(&mut self, data: &[u8]) -> Result<u32>;
    fn live_blocks(&mut self) -> Result<u32>;
}

#[wasm_import]
trait Checksum {
    fn checksum(&mut self, data: &[u8]) -> Result<u64>;
}

#[track_caller]
fn assert_wrong_store<T>(outcome: Result<T>) {
    let error = outcome.map(drop).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WrongStore));
    assert_eq!((error.export(), error.place()), (None, None));
    assert_eq!(
        error.to_string(),
        "this store does not own the instance: bind the handle to the store it was instantiated in"
    );
}

#[test]
fn a_handle_is_bound_to_its_own_store_only() {
    let (mut mine, instance) = instance(ledger());
    let (mut other, _) = crate::support::instance(ledger());
    let mut handle = handle::<LedgerExports>(&mut mine, &instance);
    assert_wrong_store(handle.bind(&mut other));
    assert_wrong_store(handle.clone().into_bound(&mut other));
    assert_wrong_store(handle.clone().bind(&mut other));
    assert_eq!(handle.bind(&mut mine).unwrap().length(b"abc").unwrap(), 3, "nothing is lost by the attempt");
    assert!(!handle.is_poisoned());
}

#[test]
fn a_handle_is_not_bound_to_a_store_in_the_place_of_its_own() {
    for _ in 0..20 {
        let (mut mine, instance) = instance(ledger());
        let mut handle = handle::<LedgerExports>(&mut mine, &instance);
        drop(mine);
        let (mut other, _) = crate::support::instance(ledger());
        assert_wrong_store(handle.bind(&mut other));
        // Nor if it is moved to where the old one was.
        let mut slot = other;
        assert_wrong_store(handle.into_bound(&mut slot));
    }
}

#[test]
fn a_store_that_replaces_another_in_the_same_variable_does_not_own_the_instance() {
    let (mut store, instance) = instance(ledger());
    let mut handle = handle::<LedgerExports>(&mut store, &instance);
    let old = std::mem::replace(&mut store, Store::new(engine(), ()));
    assert_wrong_store(handle.bind(&mut store));
    // And moving the owner is no matter.
    let mut moved = Box::new(old);
    assert_eq!(handle.bind(&mut *moved).unwrap().length(b"abc").unwrap(), 3);
}

#[test]
fn two_traits_and_two_handles_share_one_instance() {
    let (mut store, instance) = instance(ledger());
    let mut first = handle::<LedgerExports>(&mut store, &instance);
    let mut again = handle::<LedgerExports>(&mut store, &instance);
    let mut sums = handle::<ChecksumExports>(&mut store, &instance);
    for _ in 0..3 {
        assert_eq!(first.bind(&mut store).unwrap().length(b"abc").unwrap(), 3);
        assert_eq!(again.bind(&mut store).unwrap().length(b"abcd").unwrap(), 4);
        assert_eq!(sums.bind(&mut store).unwrap().checksum(&[1, 2, 3]).unwrap(), 6);
    }
    for _ in 0..2 {
        Bound::trim(&mut first.bind(&mut store).unwrap()).unwrap();
        Bound::trim(&mut again.bind(&mut store).unwrap()).unwrap();
        Bound::trim(&mut sums.bind(&mut store).unwrap()).unwrap();
    }
    assert_eq!(first.bind(&mut store).unwrap().live_blocks().unwrap(), 0);
}

#[test]
fn a_dropped_handle_leaves_its_block_to_the_next() {
    let (mut store, instance) = instance(ledger());
    let first = handle::<LedgerExports>(&mut store, &instance);
    for _ in 0..5 {
        let mut clone = first.clone().into_bound(&mut store).unwrap();
        assert_eq!(clone.length(b"abc").unwrap(), 3);
        assert_eq!(clone.live_blocks().unwrap(), 1, "one block for all of them");
    }
    let mut last = first.into_bound(&mut store).unwrap();
    Bound::trim(&mut last).unwrap();
    assert_eq!(last.live_blocks().unwrap(), 0);
}

/// wasm-bindgen's and the canonical ABI's functions free their arguments, and so would free the host's scratch block.
#[test]
fn refuses_a_module_whose_functions_free_their_arguments() {
    for (name, params) in [("__wbindgen_malloc", "i32 i32"), ("cabi_realloc", "i32 i32 i32 i32")] {
        let module = wat(&format!(
            r#"(module (memory (export "memory") 1) (func (export "{name}") (param {params}) (result i32) unreachable)
              (func (export "hello") (param i32 i32) (result i32 i32) (i32.const 0) (i32.const 0)))"#
        ));
        let (found, message) = faults::<GreeterExports>(&module);
        assert_eq!(found, [Fault::GuestOwnsArguments { allocator: name }]);
        assert!(message.ends_with(&format!("or `alloc = \"{name}\"` if these do not")), "{message}");
    }
}
