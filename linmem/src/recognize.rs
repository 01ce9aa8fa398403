//! What linmem recognises in a module that it has not seen before, and the trait that it would write for it.
//!
//! ```
//! use linmem::recognize::{Preset, Recognized, RustType};
//! use wasmtime::{Engine, Module};
//!
//! let module = Module::new(&Engine::default(), r#"(module
//!     (memory (export "memory") 1)
//!     (func (export "malloc") (param i32) (result i32) (i32.const 8))
//!     (func (export "free") (param i32))
//!     (func (export "toUpper") (param i32 i32) (result i64) (i64.const 0)))"#)?;
//! let recognized = Recognized::of(&module);
//! assert_eq!(recognized.preset, Preset::C);
//! assert_eq!(recognized.methods[0].guess.as_ref().map(|guess| guess.result), Ok(Some(RustType::Bytes)));
//! assert!(recognized.to_trait("shouter").ends_with("\
//! #[linmem::wasm_import]
//! trait Shouter {
//!     /// `(i32, i32) -> i64`
//!     #[wasm(name = \"toUpper\")]
//!     fn to_upper(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;
//! }
//! "));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A core type says little: two `i32` may be a pointer and a length, or two numbers. Bytes are guessed only where the result
//! lies in memory too; all else is numbers, which do no harm. The example `inspect` does this for a file.

mod guess;
pub(crate) mod names;
mod print;

pub use guess::{Guess, RustType, Unsupported};

use crate::allocator::{Allocator, Found, KNOWN, Managed, NEW, OF_C, OF_OWNERS, OfOwners, Otherwise, Pair, UNPIN};
use crate::bind::{Fault, Finder};
use crate::core::{CoreType, Pointer, Signature};
use crate::interface::{INITIALIZERS, Settings};
use wasmtime::{ExternType, MemoryType, Module};

/// What linmem recognises in a module.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Recognized {
    /// Whose output it looks like, and so which convention goes with it.
    pub preset: Preset,
    /// The exports that allocate, if there are any; otherwise linmem keeps an arena.
    pub allocator: Option<AllocatorExports>,
    /// The export that linmem calls before any other.
    pub initializer: Option<&'static str>,
    /// The memory, if the module has one.
    pub memory: Option<Memory>,
    /// What would be reported to a trait with strings or slices. One with numbers alone does not mind.
    pub faults: Vec<Fault>,
    /// The exported functions, but for those above and those of the tool-chain's own.
    pub methods: Vec<Method>,
}

/// Whose output a module looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Preset {
    /// C or C++: `malloc` and `free`.
    C,
    /// Rust, Zig or Go, with an allocator written by hand under another name.
    ByHand,
    /// wasm-bindgen.
    WasmBindgen,
    /// wit-bindgen, before it is a component.
    Canonical,
    /// AssemblyScript, with its runtime exported.
    AssemblyScript,
    /// Nobody's: there is no allocator.
    Unknown,
}

impl Preset {
    /// What the names of a tool-chain's own exports begin with.
    fn prefixes(self) -> &'static [&'static str] {
        match self {
            Preset::C | Preset::ByHand | Preset::Unknown => &[],
            Preset::WasmBindgen => &["__wbindgen_", "__externref_"],
            Preset::Canonical => &["cabi_"],
            Preset::AssemblyScript => &["__"],
        }
    }

    fn owns(self, export: &str) -> bool {
        self.prefixes().iter().any(|prefix| export.starts_with(prefix))
    }

    /// The convention's path, unless it is the default for such a memory.
    #[must_use]
    pub fn convention(self) -> Option<&'static str> {
        match self {
            Preset::C | Preset::ByHand | Preset::Unknown => None,
            Preset::WasmBindgen => Some("linmem::convention::WasmBindgen"),
            Preset::Canonical => Some("linmem::convention::Canonical"),
            Preset::AssemblyScript => Some("linmem::convention::AssemblyScript"),
        }
    }
}

/// The exports that allocate and release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocatorExports {
    /// What allocates. Its type says what it is told: the size, and perhaps an alignment or a class.
    pub allocate: Function,
    /// What releases, if anything does.
    pub release: Option<Function>,
    /// Whether the convention finds them by itself. Otherwise a trait names them: `alloc = "…", free = "…"`.
    pub is_known: bool,
}

impl AllocatorExports {
    fn has(&self, function: &Function) -> bool {
        self.allocate == *function || self.release.as_ref() == Some(function)
    }
}

/// An exported function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The name that it is exported by.
    pub name: String,
    /// Its type.
    pub signature: Signature,
}

/// A memory.
#[derive(Debug, Clone)]
pub struct Memory {
    /// The name that it is exported by.
    pub export: Option<String>,
    /// The module and the name that it is imported by, so that linmem provides it.
    pub import: Option<(String, String)>,
    /// Its limits, whether it is shared, and whether addresses have 64 bits.
    pub ty: MemoryType,
}

/// An exported function as a method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// The function.
    pub function: Function,
    /// The method's name: the export's, in snake case and unlike that of any other method.
    pub name: String,
    /// Its parameters and its result, or why it has none.
    pub guess: Result<Guess, Unsupported>,
}

impl Recognized {
    /// Looks at a module's imports and exports; nothing is called.
    #[must_use]
    pub fn of(module: &Module) -> Self {
        let memory = Memory::of(module);
        match &memory {
            Some(memory) if memory.ty.is_64() => Self::with_pointer::<u64>(module, Some(memory)),
            memory => Self::with_pointer::<u32>(module, memory.as_ref()),
        }
    }

    fn with_pointer<X: Pointer>(module: &Module, memory: Option<&Memory>) -> Self {
        let functions = functions(module);
        let finder = Finder::new(module, true);
        let tool_chain = tool_chain(module, &functions);
        let allocator = find_allocator::<X>(&finder, tool_chain, &functions);
        let preset = match (tool_chain, &allocator) {
            (Some(preset), _) => preset,
            (None, Some(found)) if found.allocate.name == OF_C.0 => Preset::C,
            (None, Some(_)) => Preset::ByHand,
            (None, None) => Preset::Unknown,
        };
        let faults = memory.map_or_else(Vec::new, |memory| faults::<X>(module, preset, memory, allocator.as_ref()));
        let nothing = [Signature::new(&[], &[])];
        let initializers = INITIALIZERS.map(|name| finder.function(name, &nothing).map(|_| name));

        let is_method = |function: &&Function| {
            let allocates = allocator.as_ref().is_some_and(|exports| exports.has(function));
            !allocates && !initializers.contains(&Some(&function.name)) && !preset.owns(&function.name)
        };
        let pointer = memory.filter(|_| faults.is_empty()).map(|_| X::TYPE);
        let mut names = names::Names::default();
        let method = |function: &Function| {
            let guess = guess::guess(function, preset, pointer, |name| module.get_export_index(name).is_some());
            Method { function: function.clone(), name: names.unique(&function.name), guess }
        };
        let methods = functions.iter().filter(is_method).map(method).collect();
        let initializer = initializers.into_iter().flatten().next();
        Recognized { preset, allocator, initializer, memory: memory.cloned(), faults, methods }
    }

    /// A trait to paste into a program, which then compiles. Methods that would not are in comments, with the reason.
    ///
    /// `name` is the trait's, or something that can be made one: the name of the file.
    #[must_use]
    pub fn to_trait(&self, name: &str) -> String {
        print::trait_named(self, name)
    }
}

impl Memory {
    /// The one called `memory`, or else the first that is exported, or else the first that is imported.
    fn of(module: &Module) -> Option<Self> {
        let import = module.imports().find_map(|import| match import.ty() {
            ExternType::Memory(ty) => Some(((import.module().to_owned(), import.name().to_owned()), ty)),
            _ => None,
        });
        let exports = module.exports().filter(|export| !export.name().is_empty());
        let exports = exports.filter_map(|export| Some((export.name().to_owned(), export.ty().memory()?.clone())));
        let exports: Vec<_> = exports.collect();
        let conventional = exports.iter().position(|(name, _)| name == Settings::new().memory_name());
        match exports.into_iter().nth(conventional.unwrap_or(0)) {
            Some((export, ty)) => {
                let import = import.filter(|(_, imported)| *imported == ty).map(|(import, _)| import);
                Some(Memory { export: Some(export), import, ty })
            }
            None => import.map(|(import, ty)| Memory { export: None, import: Some(import), ty }),
        }
    }
}

/// All exported functions.
fn functions(module: &Module) -> Vec<Function> {
    let function = |name: &str, ty| match ty {
        ExternType::Func(ty) => Some(Function { name: name.to_owned(), signature: ty.into() }),
        _ => None,
    };
    module.exports().filter_map(|export| function(export.name(), export.ty())).collect()
}

/// The tool-chain that has left its own exports.
fn tool_chain(module: &Module, functions: &[Function]) -> Option<Preset> {
    let mut finder = Finder::new(module, true);
    finder.allocator(&Managed::WANTED, &Settings::new());
    if finder.into_faults().is_empty() {
        return Some(Preset::AssemblyScript);
    }
    let tool_chains = [Preset::WasmBindgen, Preset::Canonical];
    tool_chains.into_iter().find(|preset| functions.iter().any(|function| preset.owns(&function.name)))
}

/// The pair that the convention will find, or one of another name that is built like a known one: `malloc_u8` and
/// `free_u8`.
fn find_allocator<X: Pointer>(
    finder: &Finder<'_>,
    tool_chain: Option<Preset>,
    functions: &[Function],
) -> Option<AllocatorExports> {
    let named = |name: &str| functions.iter().find(|function| !name.is_empty() && function.name == name).cloned();
    let exports = |(allocate, release): (&str, &str), is_known| {
        Some(AllocatorExports { allocate: named(allocate)?, release: named(release), is_known })
    };
    let known = match tool_chain {
        Some(Preset::AssemblyScript) => return exports((NEW, UNPIN), true),
        Some(_) => &OF_OWNERS[..],
        None => &KNOWN[..],
    };
    let pair = Pair::of::<X>(known, Otherwise::Fault);
    if let Some(names) = known.iter().find(|names| finder.known_pair(&pair, **names).is_some()) {
        return exports(*names, true);
    }
    let alike = |function: &Function| {
        let name = &function.name;
        let names = KNOWN.iter().filter(|(allocate, _)| name.contains(allocate));
        let mut releases = names.map(|(allocate, release)| name.replacen(allocate, release, 1));
        let release =
            releases.find(|release| release != name && finder.known_pair(&pair, (name, release)).is_some())?;
        exports((name, &release), false)
    };
    // wasm-bindgen drops what its own JavaScript does not call, which may be what releases.
    let lone = |(allocate, _): &(&str, &str)| {
        finder.known_pair(&pair, (allocate, "")).and_then(|_| exports((allocate, ""), false))
    };
    functions.iter().find_map(alike).or_else(|| tool_chain.and_then(|_| known.iter().find_map(lone)))
}

/// What the library itself will say of the memory and the allocator.
fn faults<X: Pointer>(
    module: &Module,
    preset: Preset,
    memory: &Memory,
    allocator: Option<&AllocatorExports>,
) -> Vec<Fault> {
    let mut finder = Finder::new(module, true);
    let mut settings = Settings::new();
    settings.memory = memory.export.as_deref();
    if let Some(named) = allocator.filter(|allocator| !allocator.is_known) {
        settings.allocator = Some(&named.allocate.name);
        settings.deallocator = named.release.as_ref().map(|release| release.name.as_str());
    }
    let pointer = if preset.convention().is_some() { CoreType::I32 } else { X::TYPE };
    finder.memory(&settings, pointer);
    match preset {
        Preset::AssemblyScript => finder.allocator(&Managed::WANTED, &settings),
        Preset::WasmBindgen | Preset::Canonical => finder.allocator(&<OfOwners>::WANTED, &settings),
        Preset::C | Preset::ByHand | Preset::Unknown => finder.allocator(&Found::<X>::WANTED, &settings),
    };
    finder.into_faults()
}
