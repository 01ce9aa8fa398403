//! Modules that are in the program itself.

use super::{Interface, Pre};
use crate::error::{ErrorKind, Result};
use wasmtime::{Engine, Linker, Module};

/// An interface with its module: `#[wasm_import(module = "…")]` implements it for the `…Exports` type, with the feature
/// `module`.
pub trait Embedded: Interface {
    /// The module, as the crate was compiled with it.
    const MODULE: &'static [u8];
}

impl<T, I: Embedded> Pre<T, I> {
    /// Compiles the module that the trait was checked against, which is in the program, and links it. `compile` is
    /// [`Module::new`](https://docs.rs/wasmtime/48/wasmtime/struct.Module.html#method.new), unless you have a cache or a
    /// build step of your own: which compiler wasmtime has is up to you.
    ///
    /// # Errors
    /// Those of `compile` as [`ErrorKind::Instantiate`], and those of [`link`](Pre::link).
    ///
    #[cfg_attr(feature = "module", doc = "```")]
    #[cfg_attr(not(feature = "module"), doc = "```ignore")]
    /// use linmem::wasm_import;
    /// use wasmtime::{Engine, Linker, Module, Store};
    ///
    /// #[wasm_import(module = "../tests/guests/shapes.wasm")]
    /// trait Shapes {
    ///     fn sum(&mut self, values: &[f64]) -> linmem::Result<f64>;
    /// }
    ///
    /// let linker = Linker::new(&Engine::default());
    /// let pre = ShapesPre::embedded(&linker, Module::new)?;
    /// let mut shapes = pre.instantiate(Store::new(linker.engine(), ()))?;
    /// assert_eq!(shapes.sum(&[1.0, 2.5])?, 3.5);
    /// # Ok::<(), linmem::Error>(())
    /// ```
    pub fn embedded(
        linker: &Linker<T>,
        compile: impl FnOnce(&Engine, &'static [u8]) -> wasmtime::Result<Module>,
    ) -> Result<Self> {
        let module = compile(linker.engine(), I::MODULE).map_err(ErrorKind::Instantiate)?;
        Pre::link(&module, linker)
    }
}
