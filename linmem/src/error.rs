//! What can go wrong in a call, with the numbers it went wrong with.

mod place;
mod poisoner;
mod print;

pub use place::Place;
pub use poisoner::Poisoner;

use crate::bind::Faults;
use crate::region::Region;
use crate::shown::Shown;
use std::fmt;

/// The result of everything fallible here, and the usual return type of an imported method.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a module could not be bound, or a call not be made.
///
/// [`kind`](Error::kind) tells what happened, with its numbers; [`export`](Error::export) and [`place`](Error::place)
/// tell where. `Display` is one line, but for a [module that does not fit](ErrorKind::Bind); what lies below it (a
/// guest's trap with its backtrace, say) is chained by [`source`](std::error::Error::source).
///
/// ```
/// use linmem::{ErrorKind, Place, wasm_import};
/// use wasmtime::{Engine, Linker, Module, Store};
///
/// #[wasm_import]
/// trait Liar {
///     fn name(&mut self) -> linmem::Result<String>;
/// }
///
/// let engine = Engine::default();
/// // Claims a string of 70,000 bytes in a memory of one 64 KiB page.
/// let module = Module::new(&engine, r#"(module (memory (export "memory") 1)
///     (func (export "name") (result i32 i32) i32.const 16 i32.const 70000))"#)?;
/// let mut liar = LiarInstance::instantiate(Store::new(&engine, ()), &module, &Linker::new(&engine))?;
///
/// let error = liar.name().unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::OutOfBounds { region, memory: 65536 } if region.len == 70_000));
/// assert_eq!((error.export(), error.place()), (Some("name"), Some(Place::Result)));
/// assert_eq!(error.to_string(), "`name`, result: 70000 bytes at 0x10 are outside the guest's memory of 65536 bytes");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Error(Box<Located>);

#[derive(Debug)]
struct Located {
    kind: ErrorKind,
    export: Option<&'static str>,
    place: Option<Place>,
    hint: Option<&'static str>,
    answer: Option<u64>,
}

/// What happened, with the numbers it happened with. Lengths are in bytes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The module does not have what the trait asks of it. All that is missing or mistyped is listed.
    #[error("{0}")]
    Bind(Faults),
    /// The module could not be linked or instantiated, or its initialization failed.
    #[error("the module could not be instantiated")]
    Instantiate(#[source] wasmtime::Error),
    /// The guest trapped, or a host function it called failed: the source tells. The instance is poisoned from now on.
    #[error("the call did not return: the guest trapped, or a host function failed; make a new instance")]
    Trap(#[source] wasmtime::Error),
    /// An earlier call trapped, was abandoned halfway or panicked, so the guest's state is not to be relied upon.
    #[error("the instance is poisoned: {by} trapped or was abandoned earlier; make a new one")]
    Poisoned {
        /// The export that was running then, or the step of linmem's that was.
        by: Poisoner,
    },
    /// A handle was bound to another store than the one that owns its instance (or that store is gone).
    #[error("this store does not own the instance: bind the handle to the store it was instantiated in")]
    WrongStore,
    /// The guest named bytes that do not all lie in its memory.
    #[error("{region} are outside the guest's memory of {memory} bytes")]
    OutOfBounds {
        /// The bytes named.
        region: Region,
        /// The size of the memory at that moment.
        memory: u64,
    },
    /// The guest named an address at which a value of that type may not lie.
    #[error("address {pointer:#x} is not a multiple of {align}, which the type's alignment asks for")]
    Misaligned {
        /// The address.
        pointer: u64,
        /// The alignment that the type asks for.
        align: u64,
    },
    /// The guest returned a null pointer where there must be a value.
    #[error("the guest returned a null pointer; return an `Option` where null is a valid answer")]
    Null,
    /// Text from the guest is not UTF-8.
    #[error("the text is not valid UTF-8 (valid up to byte {valid_up_to}); return bytes where it need not be")]
    InvalidUtf8 {
        /// How many bytes are valid.
        valid_up_to: usize,
        /// What the standard library says of it.
        source: std::str::Utf8Error,
    },
    /// Text from the guest is not UTF-16.
    #[error("the text is not valid UTF-16: code unit {index} is {unit:#x}, a surrogate alone")]
    InvalidUtf16 {
        /// Which code unit it is.
        index: usize,
        /// The code unit.
        unit: u16,
    },
    /// A character cannot be said in the guest's encoding.
    #[error("{character:?} at byte {index} of the text does not exist in {encoding}")]
    Unencodable {
        /// The character.
        character: char,
        /// Where it begins in the Rust string, in bytes.
        index: usize,
        /// The encoding.
        encoding: &'static str,
    },
    /// The guest returned a number that is no value of the type.
    #[error("{value:#x} is not a valid `{ty}`")]
    InvalidValue {
        /// The Rust type.
        ty: &'static str,
        /// The number, its bits zero-extended.
        value: u64,
    },
    /// The guest returned a value of fixed size with another length than its type has.
    #[error("the guest returned {len} bytes where the type has {size}")]
    WrongSize {
        /// The length the guest gave.
        len: u64,
        /// The size of the type.
        size: u64,
    },
    /// The guest's allocator returned null, or grew nothing: the guest has no room for that many bytes.
    #[error("the guest's allocator has no room for {size} bytes (alignment {align})")]
    OutOfMemory {
        /// How many bytes were asked for.
        size: u64,
        /// Their alignment.
        align: u64,
    },
    /// The guest's allocator returned bytes that do not all lie in its memory.
    #[error("the guest's allocator returned {region}, outside its memory of {memory} bytes")]
    BadAllocation {
        /// What it returned.
        region: Region,
        /// The size of the memory at that moment.
        memory: u64,
    },
    /// The guest named bytes that overlap a block which linmem holds: an allocation handed out twice, or a result
    /// that lies inside an argument, where it can be neither released nor borrowed.
    #[error(
        "{region} overlap {held}, which linmem holds (a result in there is the guest's: `returns = linmem::results::Static`, copied as a `String` or `Vec`)"
    )]
    Overlap {
        /// What the guest named.
        region: Region,
        /// What is held there.
        held: Region,
    },
    /// There is no free block of that length in the arena, and growing was not allowed.
    #[error(
        "no free block of {size} bytes in the arena: the largest has {largest}, {missing} are missing; allow it to grow"
    )]
    NoSpace {
        /// How many bytes were asked for.
        size: u64,
        /// The longest free block.
        largest: u64,
        /// What the longest free block lacks.
        missing: u64,
    },
    /// The memory could not be grown: its own maximum, the store's limits, or the host's memory.
    #[error("the guest's memory cannot grow by {pages} pages from {size} bytes (its maximum, or the store's limiter)")]
    Grow {
        /// By how many pages.
        pages: u64,
        /// Its size in bytes before.
        size: u64,
        /// The engine's reason.
        source: wasmtime::Error,
    },
    /// An argument that is passed by its length alone does not lie where the guest expects it.
    #[error(
        "the argument lies at {pointer:#x}, and not at {start:#x}, where the guest's input buffer begins: pass one argument by its length alone, and nothing else that is placed"
    )]
    Displaced {
        /// Where it lies.
        pointer: u64,
        /// Where the buffer begins.
        start: u64,
    },
    /// The guest says that it wrote more than there was room for.
    #[error("the guest wrote {count} elements where there was room for {capacity}")]
    Overflow {
        /// How many elements it says it wrote.
        count: u64,
        /// How many there was room for.
        capacity: u64,
    },
    /// A convention reads what the guest wrote into room of the host's, and no argument has reserved any.
    #[error("there is no room for the guest to write into: take a `Capacity` or an `InPlace` among the arguments")]
    NoRoom,
    /// A length or an address does not fit the guest's pointers.
    #[error("{value} does not fit the guest's {bits}-bit pointers")]
    TooLarge {
        /// The length or address.
        value: u64,
        /// The width of a pointer.
        bits: u32,
    },
    /// A call's results were to be seen as memory, and are no form of an address.
    #[error("{count} results of these types are no address: give a pointer, a packed `i64`, or a pointer and a length")]
    NoAddress {
        /// How many results there were.
        count: usize,
    },
    /// A result that ends with a NUL does not end before the guest's memory does.
    #[error("there is no NUL between {pointer:#x} and the end of the guest's memory of {memory} bytes")]
    Unterminated {
        /// The address that the guest returned.
        pointer: u64,
        /// The size of the memory at that moment.
        memory: u64,
    },
    /// A text or slice that is passed up to a NUL has one within.
    #[error("element {index} is NUL, where the guest would take the argument to end")]
    InteriorNul {
        /// Its position, in elements.
        index: usize,
    },
    /// The module has no memory that can be used, and a value was to be placed in it or read from it.
    #[error(
        "the module has no memory that can be used: none is exported, or it is shared, or its addresses are wider than the \
         convention's pointers"
    )]
    NoMemory,
    /// The engine refused a blocking call into a store that is async. The guest was not entered, and nothing has happened
    /// to it.
    #[error("the engine refused the call: make the method an `async fn`, or the store a blocking one")]
    Refused(#[source] wasmtime::Error),
    /// A block was to be released in another instance than the one it was left in.
    #[error("the block was left in another instance's memory: release it there")]
    ForeignBlock,
    /// The guest did what it was asked, and says that it has failed: by a status, or by a result that means so. The
    /// instance is as good as before.
    #[error("{}", Failed { code: *code, message: message.as_deref() })]
    Guest {
        /// The status, or what stands for it: 0 for a null pointer.
        code: i64,
        /// What the guest says of it, as it says it: `Display` escapes it, and cuts it short.
        message: Option<String>,
    },
    /// An argument asked for other room each time it was lowered, so that there was never enough.
    #[error(
        "the arguments asked for other room in each of {attempts} attempts; `Lower` must ask for the same each time"
    )]
    Restless {
        /// How often it was lowered.
        attempts: usize,
    },
    /// A convention awaited something other than the guest in a blocking call.
    #[error("a blocking call came to a step that is not ready: a convention may await nothing but its frame")]
    Pending,
}

/// What the guest says of its failure. A null pointer is no code, nor is a `false`.
struct Failed<'a> {
    code: i64,
    message: Option<&'a str>,
}

impl fmt::Display for Failed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the guest failed")?;
        match (self.code, self.message) {
            (0, None) => f.write_str(", and gave no reason"),
            (0, Some(message)) => write!(f, ": {}", Shown::sentence(message)),
            (code, None) => write!(f, " with code {code}"),
            (code, Some(message)) => write!(f, " with code {code}: {}", Shown::sentence(message)),
        }
    }
}

impl Error {
    /// What happened.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// What happened, by value.
    #[must_use]
    pub fn into_kind(self) -> ErrorKind {
        self.0.kind
    }

    /// The export that was called, by its name in the module; none where the fault lies outside a call.
    #[must_use]
    pub fn export(&self) -> Option<&'static str> {
        self.0.export
    }

    /// Where in the call it happened; none where the fault lies outside a call.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.0.place
    }

    /// What to write instead, where what came back looks as if it came by another convention than the trait's.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        self.0.hint
    }

    /// The same for a call that turns out not to have been made.
    #[must_use]
    pub(crate) fn refused(mut self) -> Self {
        if let ErrorKind::Trap(error) = self.0.kind {
            self.0.kind = ErrorKind::Refused(error);
        }
        self
    }

    /// Names the place, unless a step further in has named a narrower one, or it was another call's.
    #[must_use]
    pub(crate) fn at(mut self, place: Place) -> Self {
        if !matches!(self.0.kind, ErrorKind::Poisoned { .. }) {
            self.0.place.get_or_insert(place);
        }
        self
    }

    #[must_use]
    pub(crate) fn at_some(self, place: Option<Place>) -> Self {
        match place {
            Some(place) => self.at(place),
            None => self,
        }
    }

    #[must_use]
    pub(crate) fn in_export(mut self, export: &'static str) -> Self {
        self.0.export.get_or_insert(export);
        self
    }

    /// Adds what the result's convention knows of an error in reading it.
    #[must_use]
    pub(crate) fn hinted(mut self, hint: impl FnOnce(&Error) -> Option<&'static str>) -> Self {
        if matches!(self.0.place, Some(Place::Result | Place::ReturnArea)) {
            self.0.hint = hint(&self);
        }
        self
    }

    /// Notes the number that the guest returned, where it is that number that cannot be an address or a count.
    #[must_use]
    pub(crate) fn answered(mut self, answer: u64) -> Self {
        self.0.answer.get_or_insert(answer);
        self
    }

    /// The number that the guest returned, where it is at fault itself. What it points at may be, too, and is not noted.
    pub(crate) fn answer(&self) -> Option<u64> {
        self.0.answer
    }

    /// Puts the parameter's name, which only the export knows, beside its position.
    #[must_use]
    pub(crate) fn name_argument(mut self, params: &[&'static str]) -> Self {
        if let Some(Place::Argument { index, name }) = &mut self.0.place {
            *name = params.get(*index).copied().unwrap_or(*name);
        }
        self
    }
}

impl From<ErrorKind> for Error {
    #[cold]
    fn from(kind: ErrorKind) -> Self {
        Error(Box::new(Located { kind, export: None, place: None, hint: None, answer: None }))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.kind.source()
    }
}
