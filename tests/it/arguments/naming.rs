//! What the trait's author may call things, and the settings in its attributes.

use crate::support::{bind, engine, ledger, wat};
use linmem::{Embedded as _, LinearMemory, wasm_import};
use wasmtime::Module;

#[wasm_import]
trait Awkward {
    // The names of the generated code's own things.
    fn concat(&mut self, exports: &[u8], bound: &[u8], planner: &[u8]) -> linmem::Result<String>;
    fn length(&mut self, self_: &[u8]) -> linmem::Result<u32>;
    fn checksum(&mut self, r#type: &[u8]) -> linmem::Result<u64>;
    fn reverse(&mut self, __store: &mut [u8]) -> linmem::Result<()>;
    fn sum_f64(&mut self, frame: &[f64]) -> linmem::Result<f64>;
    fn nonzero_bytes(&mut self, resolver: &[u8]) -> linmem::Result<u32>;
}

#[test]
fn parameters_may_have_any_name() {
    let mut awkward = bind::<AwkwardExports>(ledger());
    assert_eq!(awkward.concat(b"a", b"b", b"c").unwrap(), "abc");
    assert_eq!(awkward.length(b"four").unwrap(), 4);
    assert_eq!(awkward.checksum(&[1, 2]).unwrap(), 3);
    assert_eq!(awkward.sum_f64(&[0.5, 0.25]).unwrap(), 0.75);
    assert_eq!(awkward.nonzero_bytes(&[0, 1, 0]).unwrap(), 1);
    let mut bytes = [1, 2];
    awkward.reverse(&mut bytes).unwrap();
    assert_eq!(bytes, [2, 1]);
}

#[wasm_import]
trait Methods {
    fn call(&mut self, n: u32) -> linmem::Result<u32>;
    fn bind(&mut self, n: u32) -> linmem::Result<u32>;
    fn plan(&mut self, n: u32) -> linmem::Result<u32>;
    fn resolve(&mut self, n: u32) -> linmem::Result<u32>;
    fn handle(&mut self, n: u32) -> linmem::Result<u32>;
    fn memory(&mut self, n: u32) -> linmem::Result<u32>;
    fn trim(&mut self, n: u32) -> linmem::Result<u32>;
    #[expect(clippy::wrong_self_convention, reason = "the name is what is tried")]
    fn into_parts(&mut self, n: u32) -> linmem::Result<u32>;
    fn instantiate(&mut self, n: u32) -> linmem::Result<u32>;
    fn resolver(&mut self, n: u32) -> linmem::Result<u32>;
    fn planner(&mut self, n: u32) -> linmem::Result<u32>;
    fn planned(&mut self, n: u32) -> linmem::Result<u32>;
    fn exports(&mut self, n: u32) -> linmem::Result<u32>;
    fn export(&mut self, n: u32) -> linmem::Result<u32>;
    fn clone(&mut self, n: u32) -> linmem::Result<u32>;
    fn r#loop(&mut self, n: u32) -> linmem::Result<u32>;
}

#[test]
fn methods_may_be_called_as_linmems_own() {
    let mut methods = bind::<MethodsExports>(&wat(r#"(module
        (func (export "call") (export "bind") (export "plan") (export "resolve") (export "handle") (export "memory")
            (export "trim") (export "into_parts") (export "instantiate") (export "clone") (export "loop")
            (export "resolver") (export "planner") (export "planned") (export "exports") (export "export")
            (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))"#));
    assert_eq!(methods.call(1).unwrap(), 2);
    assert_eq!(methods.bind(2).unwrap(), 3);
    assert_eq!(methods.plan(3).unwrap(), 4);
    assert_eq!(methods.resolve(4).unwrap(), 5);
    assert_eq!(methods.handle(5).unwrap(), 6);
    assert_eq!(methods.memory(6).unwrap(), 7);
    assert_eq!(methods.trim(7).unwrap(), 8);
    assert_eq!(methods.into_parts(8).unwrap(), 9);
    assert_eq!(methods.instantiate(9).unwrap(), 10);
    assert_eq!(methods.clone(10).unwrap(), 11);
    assert_eq!(methods.r#loop(11).unwrap(), 12);
    assert_eq!(methods.resolver(12).unwrap(), 13);
    assert_eq!(methods.planner(13).unwrap(), 14);
    assert_eq!(methods.planned(14).unwrap(), 15);
    assert_eq!(methods.exports(15).unwrap(), 16);
    assert_eq!(methods.export(16).unwrap(), 17);
}

/// Items that the expansion would mean, if its patterns and types were called like them.
#[allow(non_upper_case_globals, non_camel_case_types, dead_code, reason = "these names are what is tried")]
mod beside_items {
    use bytemuck::{Pod, Zeroable};
    use linmem::{Record, wasm_import};

    const planner: u32 = 1;
    const planned: u32 = 2;
    const into: u32 = 3;
    static exports: u32 = 4;
    struct str;
    struct bool;
    struct u8;
    struct usize;

    #[derive(Clone, Copy, Pod, Zeroable, Record)]
    #[repr(C)]
    pub(super) struct Pair {
        pub(super) first: u32,
        pub(super) second: u32,
    }

    #[wasm_import]
    pub(super) trait Beside {
        fn sum(&mut self, pair: Pair, values: &[u32]) -> linmem::Result<u32>;
    }

    #[wasm_import(module = "it/checked.wat")]
    pub(super) trait Checked {
        fn pair(&mut self) -> linmem::Result<String>;
    }
}

#[test]
fn items_beside_a_trait_may_have_any_name() {
    use beside_items::{Beside as _, BesideExports, Checked as _, CheckedExports, Pair};
    let mut beside = bind::<BesideExports>(&wat(r#"(module (memory (export "memory") 1)
        (func (export "sum") (param $pair i32) (param $values i32) (param $len i32) (result i32)
            (i32.add (i32.load offset=4 (local.get $pair)) (i32.load (local.get $values)))))"#));
    assert_eq!(beside.sum(Pair { first: 1, second: 2 }, &[3]).unwrap(), 5);
    let module = Module::from_binary(engine(), CheckedExports::MODULE).unwrap();
    assert_eq!(bind::<CheckedExports>(&module).pair().unwrap(), "hello");
}

#[wasm_import]
trait Renamed {
    #[wasm(name = "greet")]
    fn salute(&mut self, name: &str) -> linmem::Result<String>;
    #[wasm(name = "live_blocks")]
    fn greet(&mut self) -> linmem::Result<u32>;
}

#[test]
fn name_chooses_the_export() {
    let mut renamed = bind::<RenamedExports>(ledger());
    assert_eq!(renamed.salute("you").unwrap(), "Hello, you!");
    assert_eq!(renamed.greet().unwrap(), 1, "the scratch block");
}

#[test]
fn exports_may_be_called_as_no_rust_function_can_be() {
    #[wasm_import]
    trait Mangled {
        #[wasm(name = "ns:pkg/iface#do it")]
        fn run(&mut self) -> linmem::Result<u32>;
        #[cfg(any())]
        fn not_there(&mut self) -> linmem::Result<u32>;
    }
    let mut mangled =
        bind::<MangledExports>(&wat(r#"(module (func (export "ns:pkg/iface#do it") (result i32) i32.const 7))"#));
    assert_eq!(mangled.run().unwrap(), 7);
}

/// Returns both lengths, and a million more if both pointers are addresses in memory that the host grew.
const ORDER: &str = r#"(module (memory (export "memory") 1)
    (func (export "mixed") (param i32 i32 i32 i32) (result i64)
        ;; ptr, len, then len, ptr
        (i64.extend_i32_u (i32.add
            (i32.add (i32.mul (local.get 1) (i32.const 1000)) (local.get 2))
            (i32.mul (i32.and (i32.ge_u (local.get 0) (i32.const 65536)) (i32.ge_u (local.get 3) (i32.const 65536)))
                (i32.const 1000000))))))"#;

#[test]
fn pass_is_chosen_for_one_parameter() {
    #[wasm_import]
    trait Mixed {
        fn mixed(&mut self, first: &[u8], #[wasm(pass = linmem::pass::LenPtr)] second: &[u16]) -> linmem::Result<u64>;
    }
    let mut mixed = bind::<MixedExports>(&wat(ORDER));
    assert_eq!(mixed.mixed(&[1; 5], &[1; 7]).unwrap(), 1_005_007);
}

#[test]
fn a_mutable_slice_may_be_passed_with_its_length_first() {
    #[wasm_import]
    trait Filled {
        fn fill(&mut self, #[wasm(pass = linmem::pass::LenPtr)] buffer: &mut [u8], with: u8) -> linmem::Result<()>;
    }
    let mut filled = bind::<FilledExports>(&wat(r#"(module (memory (export "memory") 1)
        (func (export "fill") (param $n i32) (param $p i32) (param $with i32)
            (memory.fill (local.get $p) (local.get $with) (local.get $n))))"#));
    let mut buffer = [0; 9];
    filled.fill(&mut buffer, 7).unwrap();
    assert_eq!(buffer, [7; 9]);
}

/// A guest with two memories and an allocator of unusual names in the second.
const TWO_MEMORIES: &str = r#"(module
    (memory (export "memory") 1)
    (memory $heap (export "heap") 2)
    (global $next (mut i32) (i32.const 65536))
    (global $taken (mut i32) (i32.const 0))
    (global $given (mut i32) (i32.const 0))
    (func (export "take") (param $n i32) (result i32) (local $p i32)
        (global.set $taken (i32.add (global.get $taken) (i32.const 1)))
        (local.set $p (global.get $next))
        (global.set $next (i32.and (i32.add (i32.add (local.get $p) (local.get $n)) (i32.const 15)) (i32.const -16)))
        (local.get $p))
    (func (export "give") (param i32) (global.set $given (i32.add (global.get $given) (i32.const 1))))
    (func (export "taken") (result i32) (global.get $taken))
    (func (export "given") (result i32) (global.get $given))
    (func (export "first") (param i32 i32) (result i32) (i32.load8_u $heap (local.get 0))))"#;

#[test]
fn memory_allocator_and_deallocator_are_named() {
    #[wasm_import(memory = "heap", alloc = "take", free = "give")]
    trait Heap {
        fn first(&mut self, bytes: &[u8]) -> linmem::Result<u8>;
        fn taken(&mut self) -> linmem::Result<u32>;
        fn given(&mut self) -> linmem::Result<u32>;
    }
    let mut heap = bind::<HeapExports>(&wat(TWO_MEMORIES));
    assert_eq!(heap.first(b"*").unwrap(), b'*');
    assert_eq!(heap.first(b"?").unwrap(), b'?');
    assert_eq!((heap.taken().unwrap(), heap.given().unwrap()), (1, 0), "one scratch block for both");
    HeapInstance::trim(&mut heap).unwrap();
    assert_eq!((heap.taken().unwrap(), heap.given().unwrap()), (1, 1));
}

#[test]
fn an_allocator_without_a_deallocator_is_only_asked() {
    #[wasm_import(memory = "heap", alloc = "take")]
    trait Heap {
        fn first(&mut self, bytes: &[u8]) -> linmem::Result<u8>;
        fn given(&mut self) -> linmem::Result<u32>;
    }
    let mut heap = bind::<HeapExports>(&wat(TWO_MEMORIES));
    assert_eq!(heap.first(b"*").unwrap(), b'*');
    HeapInstance::trim(&mut heap).unwrap();
    assert_eq!(heap.given().unwrap(), 0);
}

#[test]
fn slices_take_all_16_core_parameters() {
    #[wasm_import]
    trait Wide {
        #[expect(clippy::too_many_arguments, reason = "as many as there can be")]
        fn wide(
            &mut self,
            a: &[u8],
            b: &[u8],
            c: &[u8],
            d: &[u8],
            e: &[u8],
            f: &[u8],
            g: &[u8],
            h: &[u8],
        ) -> linmem::Result<u64>;
    }
    let sum = (0..8).fold("(i64.const 0)".to_owned(), |sum, slice| {
        let len = format!("(i64.extend_i32_u (local.get {}))", slice * 2 + 1);
        format!("(i64.add (i64.mul {sum} (i64.const 10)) {len})")
    });
    let params = "i32 ".repeat(16);
    let module = wat(&format!(
        r#"(module (memory (export "memory") 1) (func (export "wide") (param {params}) (result i64) {sum}))"#
    ));
    let mut wide = bind::<WideExports>(&module);
    let [a, b, c, d, e, f, g, h] = [1, 2, 3, 4, 5, 6, 7, 8].map(|n| vec![0_u8; n]);
    assert_eq!(wide.wide(&a, &b, &c, &d, &e, &f, &g, &h).unwrap(), 12_345_678);
}

#[test]
fn a_return_pointer_comes_in_front_of_16_core_parameters() {
    #[wasm_import]
    trait Wide {
        #[expect(clippy::too_many_arguments, reason = "as many as there can be")]
        #[wasm(returns = linmem::results::Static)]
        fn last(
            &mut self,
            a: u64,
            b: u64,
            c: u64,
            d: u64,
            e: u64,
            f: u64,
            g: u64,
            h: u64,
            i: u64,
            j: u64,
            k: u64,
            l: u64,
            m: u64,
            n: u64,
            o: f64,
            p: &[u8; 3],
        ) -> linmem::Result<Vec<u8>>;
    }
    let params = "i64 ".repeat(14);
    let mut wide = bind::<WideExports>(&wat(&format!(
        r#"(module (memory (export "memory") 1) (data (i32.const 64) "static")
            (func (export "last") (param i32 {params} f64 i32)
                (i32.store (local.get 0) (i32.const 64))
                (i32.store offset=4 (local.get 0) (i32.load8_u offset=2 (local.get 16)))))"#
    )));
    assert_eq!(wide.last(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15.0, &[0, 0, 4]).unwrap(), b"stat");
}

#[test]
fn arguments_are_zeroed_unless_that_is_switched_off() {
    #[wasm_import]
    trait Zeroed {
        fn length(&mut self, bytes: &[u8]) -> linmem::Result<u32>;
        fn last_released_nonzero(&mut self) -> linmem::Result<u32>;
    }
    #[wasm_import(zero = false)]
    trait Kept {
        fn length(&mut self, bytes: &[u8]) -> linmem::Result<u32>;
        fn last_released_nonzero(&mut self) -> linmem::Result<u32>;
    }
    const SECRET: &[u8; 16] = b"a secret of ours";
    let lies_in = |memory: &[u8]| memory.windows(SECRET.len()).any(|bytes| bytes == SECRET);

    let mut zeroed = bind::<ZeroedExports>(ledger());
    zeroed.length(SECRET).unwrap();
    assert!(!lies_in(memory_of(&mut zeroed).as_slice()));
    zeroed.length(&[0xff; 100_000]).unwrap();
    assert_eq!(zeroed.last_released_nonzero().unwrap(), 0, "a block of its own");
    ZeroedInstance::trim(&mut zeroed).unwrap();
    assert_eq!(zeroed.last_released_nonzero().unwrap(), 0, "the scratch block");

    let mut kept = bind::<KeptExports>(ledger());
    kept.length(SECRET).unwrap();
    assert!(lies_in(memory_of(&mut kept).as_slice()));
    kept.length(&[0xff; 100_000]).unwrap();
    assert_eq!(kept.last_released_nonzero().unwrap(), 100_000);
    KeptInstance::trim(&mut kept).unwrap();
    assert_eq!(kept.last_released_nonzero().unwrap(), 16, "the scratch block holds the secret");
}

fn memory_of<I>(bound: &mut linmem::Bound<wasmtime::Store<()>, I>) -> LinearMemory<'_, &mut wasmtime::Store<()>>
where
    I: linmem::Interface<Convention = linmem::convention::Standard>,
{
    linmem::Bound::memory(bound).unwrap()
}
