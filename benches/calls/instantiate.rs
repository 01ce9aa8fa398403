//! The cases of instantiation: a module of twenty functions, linked and checked beforehand, until all can be called.

use crate::sampler::Contender;
use linmem::wasm_import;
use wasmtime::{
    Config, Engine, Instance, InstanceAllocationStrategy, InstancePre, Linker, Memory, Module, PoolingAllocationConfig,
    Store, TypedFunc,
};

macro_rules! twenty {
    ($($a:ident)*; $($b:ident)*) => {
        #[wasm_import]
        #[expect(dead_code, reason = "only two of them are called")]
        trait Twenty {
            $(fn $a(&mut self, bytes: &[u8]) -> linmem::Result<u32>;)*
            $(fn $b(&mut self, text: &str) -> linmem::Result<String>;)*
        }

        const A: [&str; 10] = [$(stringify!($a)),*];
        const B: [&str; 10] = [$(stringify!($b)),*];
    };
}
twenty!(a0 a1 a2 a3 a4 a5 a6 a7 a8 a9; b0 b1 b2 b3 b4 b5 b6 b7 b8 b9);

/// What hand-written glue needs for the same functions.
#[expect(dead_code, reason = "what is measured is the way to them")]
struct Exports {
    memory: Memory,
    malloc: TypedFunc<u32, u32>,
    free: TypedFunc<u32, ()>,
    a: [TypedFunc<(u32, u32), u32>; 10],
    b: [TypedFunc<(u32, u32), u64>; 10],
}

fn by_name(mut store: Store<()>, instance: &Instance) -> (Store<()>, Exports) {
    let exports = Exports {
        memory: instance.get_memory(&mut store, "memory").unwrap(),
        malloc: instance.get_typed_func(&mut store, "malloc").unwrap(),
        free: instance.get_typed_func(&mut store, "free").unwrap(),
        a: A.map(|name| instance.get_typed_func(&mut store, name).unwrap()),
        b: B.map(|name| instance.get_typed_func(&mut store, name).unwrap()),
    };
    (store, exports)
}

fn engine(pooled: bool) -> Engine {
    let mut config = Config::new();
    if pooled {
        let mut pool = PoolingAllocationConfig::new();
        pool.total_core_instances(4).total_memories(4).total_tables(4);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    }
    Engine::new(&config).unwrap()
}

/// `pooled` with wasmtime's pooling allocator, where an instance is cheap enough for its exports to be what costs.
pub(crate) fn contenders(pooled: bool) -> Vec<Contender> {
    let engine = engine(pooled);
    let module = Module::new(&engine, include_str!("../twenty.wat")).unwrap();
    let linker = Linker::new(&engine);
    let pre: InstancePre<()> = linker.instantiate_pre(&module).unwrap();
    let linmem = TwentyPre::new(pre.clone()).unwrap();
    let mut checked = linmem.instantiate(Store::new(&engine, ())).unwrap();
    assert_eq!(checked.a9(b"four").unwrap(), 4);
    assert_eq!(checked.b9("four").unwrap(), "");

    // Each makes a store, because a store keeps its instances for as long as it lives.
    let new_store = move || Store::new(&engine, ());
    vec![
        Contender::new("bare", {
            let (pre, new_store) = (pre.clone(), new_store.clone());
            move || {
                let mut store = new_store();
                let instance = pre.instantiate(&mut store).unwrap();
                (store, instance)
            }
        }),
        Contender::new("hand", {
            let new_store = new_store.clone();
            move || {
                let mut store = new_store();
                let instance = pre.instantiate(&mut store).unwrap();
                by_name(store, &instance)
            }
        }),
        Contender::new("naive", {
            let new_store = new_store.clone();
            move || {
                let mut store = new_store();
                let instance = linker.instantiate(&mut store, &module).unwrap();
                by_name(store, &instance)
            }
        }),
        Contender::new("linmem", move || linmem.instantiate(new_store()).unwrap()),
    ]
}
