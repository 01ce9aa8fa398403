//! Many threads, many instances: requests on a multi-threaded runtime, each with an instance of its own from one
//! `GreeterPre`, in slots of wasmtime's pooling allocator.
//!
//! ```sh
//! cargo run --example pool
//! ```
//!
//! The module is compiled, linked and checked once. An instance then costs microseconds, so a request gets a new one:
//! it sees nothing of other requests, and one that traps takes nothing along. Nothing of linmem's is shared between
//! instances, so threads do not wait for each other.

use linmem::wasm_import;
use std::error::Error;
use std::sync::Arc;
use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use wasmtime::{Config, Engine, InstanceAllocationStrategy, Linker, Module, PoolingAllocationConfig, Store};

const GUEST: &[u8] = include_bytes!("../tests/guests/ledger.wasm");

/// How many instances there are at a time. More requests than that wait.
const SLOTS: u32 = 8;

#[wasm_import]
trait Greeter {
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
    fn trap(&mut self, bytes: &[u8]) -> linmem::Result<()>;
}

/// What every request needs, and may share.
struct Service {
    greeter: GreeterPre<()>,
    /// The pool refuses an instance when all slots are taken, so a request takes a permit first.
    slots: Semaphore,
}

impl Service {
    fn new() -> Result<Self, Box<dyn Error>> {
        let mut pool = PoolingAllocationConfig::new();
        pool.total_core_instances(SLOTS).total_memories(SLOTS).total_tables(SLOTS);
        let mut config = Config::new();
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        let engine = Engine::new(&config)?;
        let module = Module::new(&engine, GUEST)?;
        let greeter = GreeterPre::new(Linker::new(&engine).instantiate_pre(&module)?)?;
        Ok(Service { greeter, slots: Semaphore::new(usize::try_from(SLOTS)?) })
    }

    /// One request. Its instance lives in the store, and its slot is free again when the store is dropped.
    async fn handle(&self, request: u32) -> Result<String, Box<dyn Error + Send + Sync>> {
        let _permit = self.slots.acquire().await?;
        let store = Store::new(self.greeter.module().engine(), ());
        let mut greeter = self.greeter.instantiate(store)?;
        if request % 10 == 9 {
            greeter.trap(b"not a name")?;
        }
        Ok(greeter.greet(&format!("request {request}"))?)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let service = Arc::new(Service::new()?);
    let runtime = Builder::new_multi_thread().build()?;
    let requests: Vec<_> = (0..1000)
        .map(|request| {
            let service = Arc::clone(&service);
            runtime.spawn(async move { service.handle(request).await.map_err(|error| error.to_string()) })
        })
        .collect();

    let mut served = Vec::new();
    let mut failed = Vec::new();
    for (number, request) in requests.into_iter().enumerate() {
        match runtime.block_on(request)? {
            Ok(greeting) => {
                assert_eq!(greeting, format!("Hello, request {number}!"));
                served.push(greeting);
            }
            Err(error) => failed.push(error),
        }
    }
    let threads = runtime.metrics().num_workers();
    println!("{} requests served, {} trapped, on {threads} threads", served.len(), failed.len());
    assert_eq!((served.len(), failed.len()), (900, 100));
    Ok(())
}
