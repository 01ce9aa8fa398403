//! Calls per second of many instances on many threads, from one `…Pre` and wasmtime's pooling allocator, under tokio.
//! Instances share nothing of linmem's, so twice the cores should serve twice the calls.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark that fails panics")]
#![allow(clippy::as_conversions, clippy::arithmetic_side_effects, reason = "it counts to small numbers")]

use linmem::wasm_import;
use linmem_benches::{GUEST, median};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, Linker, Module, PoolingAllocationConfig, Store};

#[wasm_import]
trait Guest {
    fn echo_str(&mut self, text: &str) -> linmem::Result<String>;
}

/// What a task does until its time is up.
#[derive(Clone, Copy)]
enum Work {
    /// Calls an instance of its own.
    Call,
    /// Makes an instance, calls it once, and drops it, as a server may do for a request.
    InstantiateAndCall,
}

const WORK: [(&str, Work); 2] =
    [("calls of instances that stay", Work::Call), ("instances, each called once", Work::InstantiateAndCall)];

fn main() {
    let Some(options) = linmem_benches::options() else { return };
    let quick = options.iter().any(|option| option == "--quick");
    let (rounds, turn) = if quick { (5, Duration::from_millis(20)) } else { (41, Duration::from_millis(100)) };

    let cores = available_parallelism().map_or(1, usize::from);
    let pre = pre(cores);
    let runtimes: Vec<Runtime> =
        (1..=cores).map(|threads| Builder::new_multi_thread().worker_threads(threads).build().unwrap()).collect();

    println!("{cores} cores; medians of {rounds} rounds of {} ms; `×` is relative to one thread\n", turn.as_millis());
    println!("{:<30} {:>8} {:>16} {:>8}", "per second", "threads", "in all", "×");
    for (title, work) in WORK {
        // All numbers of threads have their turn in every round, so that all meet the same weather.
        let mut rates = vec![Vec::new(); cores];
        for _ in 0..rounds {
            for (runtime, rates) in runtimes.iter().zip(&mut rates) {
                rates.push(rate(runtime, &pre, work, turn));
            }
        }
        let medians: Vec<f64> = rates.iter_mut().map(|rates| median(rates)).collect();
        for (threads, rate) in (1..).zip(&medians) {
            println!("{title:<30} {threads:>8} {rate:>16.0} {:>8.2}", rate / medians[0]);
        }
    }
}

/// Checked and linked once, for all threads.
fn pre(instances: usize) -> GuestPre<()> {
    let mut pool = PoolingAllocationConfig::new();
    let instances = u32::try_from(instances).unwrap();
    pool.total_core_instances(instances).total_memories(instances).total_tables(instances);
    pool.linear_memory_keep_resident(1 << 16);
    let mut config = Config::new();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    let engine = Engine::new(&config).unwrap();
    let module = Module::new(&engine, GUEST).unwrap();
    GuestPre::new(Linker::new(&engine).instantiate_pre(&module).unwrap()).unwrap()
}

/// Pieces of work done in a second by as many tasks as the runtime has threads.
fn rate(runtime: &Runtime, pre: &GuestPre<()>, work: Work, turn: Duration) -> f64 {
    let threads = runtime.metrics().num_workers();
    let start = Instant::now();
    let tasks: Vec<_> = (0..threads).map(|_| runtime.spawn(task(pre.clone(), work, start + turn))).collect();
    let done: f64 = tasks.into_iter().map(|task| runtime.block_on(task).unwrap()).sum();
    done / start.elapsed().as_secs_f64()
}

async fn task(pre: GuestPre<()>, work: Work, end: Instant) -> f64 {
    let instance = || pre.instantiate(Store::new(pre.module().engine(), ())).unwrap();
    let call = |guest: &mut GuestInstance<Store<()>>| assert_eq!(guest.echo_str("sixteen letters!").unwrap().len(), 16);
    let mut done = 0_u32;
    match work {
        Work::Call => {
            let mut guest = instance();
            while Instant::now() < end {
                (0..1000).for_each(|_| call(&mut guest));
                done += 1000;
                tokio::task::yield_now().await;
            }
        }
        Work::InstantiateAndCall => {
            while Instant::now() < end {
                for _ in 0..10 {
                    call(&mut instance());
                }
                done += 10;
                tokio::task::yield_now().await;
            }
        }
    }
    f64::from(done)
}
