//! What a call tells those who trace it.

use crate::support::{bind, block_on, engine, ledger};
use linmem::{Result, wasm_import};
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber, subscriber};
use wasmtime::{Linker, Store};

#[wasm_import]
trait Ledger {
    fn echo_packed(&mut self, data: &[u8]) -> Result<Vec<u8>>;
    fn length(&mut self, data: &[u8]) -> Result<u32>;
    fn live_blocks(&mut self) -> Result<u32>;
}

#[wasm_import]
trait AsyncLedger {
    async fn echo_packed(&mut self, data: &[u8]) -> Result<Vec<u8>>;
}

/// Writes down what spans are made, and what is recorded in them.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<String>>);

impl Visit for Notes {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0.lock().unwrap(), " {}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Notes {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("linmem")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.0.lock().unwrap().push_str(span.metadata().name());
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn notes(call: impl FnOnce()) -> String {
    let notes = Notes::default();
    subscriber::with_default(notes.clone(), call);
    let notes = notes.0.lock().unwrap();
    notes.clone()
}

#[test]
fn a_call_is_a_span_with_sizes_and_without_contents() {
    let mut ledger = bind::<LedgerExports>(ledger());
    let told = notes(|| drop(ledger.echo_packed(b"secret").unwrap()));
    assert_eq!(told, "wasm_call export=\"echo_packed\" argument_bytes=6 result_bytes=6");
    // The second does not fit the block that the first has found.
    let told = notes(|| assert_eq!(ledger.length(&[7; 100_000]).unwrap(), 100_000));
    assert_eq!(told, "wasm_call export=\"length\" argument_bytes=100000");
    let told = notes(|| assert!(ledger.live_blocks().unwrap() < 10));
    assert_eq!(told, "wasm_call export=\"live_blocks\"");
}

#[test]
fn an_async_call_is_a_span_too() {
    let told = notes(|| {
        block_on(async {
            let linker = Linker::new(engine());
            let store = Store::new(engine(), ());
            let mut ledger = AsyncLedgerInstance::instantiate_async(store, ledger(), &linker).await.unwrap();
            ledger.echo_packed(b"secret").await.unwrap();
        });
    });
    assert_eq!(told, "wasm_call export=\"echo_packed\" argument_bytes=6 result_bytes=6");
}
