//! The guest, compiled once for all contenders: as a module, and inside a component.

use linmem_benches::GUEST;
use std::sync::OnceLock;
use wasmtime::component::Component;
use wasmtime::{Config, Engine, Module};

const COMPONENT: &str = include_str!("../component.wat");

pub(crate) fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(Engine::default)
}

pub(crate) fn module() -> &'static Module {
    static MODULE: OnceLock<Module> = OnceLock::new();
    MODULE.get_or_init(|| Module::new(engine(), GUEST).unwrap())
}

/// As whoever changes nothing about the engine gets it.
pub(crate) fn component() -> &'static Component {
    static COMPILED: OnceLock<Component> = OnceLock::new();
    COMPILED.get_or_init(|| compile(engine()))
}

/// For an engine that keeps no books on asynchronous tasks of components, which a call otherwise pays for.
pub(crate) fn sync_component() -> &'static Component {
    static COMPILED: OnceLock<Component> = OnceLock::new();
    COMPILED.get_or_init(|| compile(&Engine::new(Config::new().concurrency_support(false)).unwrap()))
}

fn compile(engine: &Engine) -> Component {
    let (_, fields) = GUEST.split_once("(module").unwrap();
    let (fields, _) = fields.rsplit_once(')').unwrap();
    // The last one: a comment above it has the word, too.
    let (before, after) = COMPONENT.rsplit_once("GUEST").unwrap();
    Component::new(engine, format!("{before}{fields}{after}")).unwrap()
}
