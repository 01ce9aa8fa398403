//! Looks for exports in a module, and takes down what is wrong with them.

use super::argument::Method;
use super::candidates::{self, Candidates};
use super::fault::{Fault, Faults, Role};
use super::remedy::{Remedies, remedies};
use super::{FoundHelper, Helper};
use crate::core::{CoreType, Signature};
use crate::error::{ErrorKind, Result};
use crate::interface::{ImportedMemory, PlannedMemory, Settings};
use std::cell::OnceCell;
use wasmtime::{ExternType, FuncType, ImportType, MemoryType, Module, ModuleExport};

/// Looks exports up in a module, and collects what is wrong with them.
#[derive(Debug)]
pub(crate) struct Finder<'m> {
    module: &'m Module,
    faults: Vec<Fault>,
    /// All functions, which are only of interest once there is a fault.
    functions: OnceCell<Vec<(&'m str, FuncType)>>,
    /// The exports of the methods.
    methods: Vec<String>,
    /// Whether a memory that the module imports will be at hand.
    links: bool,
}

impl<'m> Finder<'m> {
    pub(crate) fn new(module: &'m Module, links: bool) -> Self {
        Finder { module, faults: Vec::new(), methods: Vec::new(), functions: OnceCell::new(), links }
    }

    /// The function of that name if there is one with one of these signatures, and which of them it has.
    pub(crate) fn function(&self, name: &str, signatures: &[Signature]) -> Option<(ModuleExport, usize)> {
        let ExternType::Func(ty) = self.module.get_export(name)? else { return None };
        let found = Signature::from(ty);
        let index = signatures.iter().position(|signature| *signature == found)?;
        Some((self.module.get_export_index(name)?, index))
    }

    /// The same for a function that somebody named, so that it is a fault if it is not there. `role` is what it is
    /// for.
    pub(crate) fn named_function(
        &mut self,
        role: Role,
        name: &str,
        signatures: &[Signature],
    ) -> Option<(ModuleExport, usize)> {
        self.find(role, name, signatures, None, None)
    }

    /// The same for a method's own export, whose type is explained if it is another.
    pub(crate) fn method(
        &mut self,
        name: &'static str,
        export: &str,
        method: &Method<'_>,
    ) -> Option<(ModuleExport, usize)> {
        self.methods.push(export.to_owned());
        self.find(Role::Method(name), export, method.signatures, None, Some(method))
    }

    fn find(
        &mut self,
        role: Role,
        name: &str,
        signatures: &[Signature],
        global: Option<CoreType>,
        method: Option<&Method<'_>>,
    ) -> Option<(ModuleExport, usize)> {
        let found = self.function(name, signatures);
        if found.is_none() {
            let (export, wanted) = (name.to_owned(), signatures.to_vec());
            let candidates = self.candidates(name, signatures);
            self.faults.push(match self.module.get_export(name) {
                None => Fault::MissingExport { role, export, wanted, global, candidates },
                Some(ExternType::Func(ty)) => {
                    let found = Signature::from(ty);
                    let remedies = method.and_then(|method| remedies(method, found.types()));
                    let parameters = method.map_or_else(Vec::new, |method| method.parameters().collect());
                    let remedies = remedies.map_or_else(Vec::new, Remedies::to_vec);
                    Fault::WrongSignature { role, export, wanted, global, found, parameters, remedies, candidates }
                }
                Some(other) => Fault::NotAFunction { role, export, kind: kind(&other), wanted, global, candidates },
            });
        }
        found
    }

    /// The memory of that name, exported or else imported; a fault if there is none, or if it cannot be used with
    /// pointers of that type.
    pub(crate) fn memory(&mut self, settings: &Settings<'_>, pointer: CoreType) -> PlannedMemory {
        self.usable_memory(settings, pointer).unwrap_or_else(|fault| {
            self.faults.push(*fault);
            PlannedMemory::None
        })
    }

    /// The same where it is no fault that there is none.
    pub(crate) fn optional_memory(&self, settings: &Settings<'_>, pointer: CoreType) -> PlannedMemory {
        self.usable_memory(settings, pointer).unwrap_or(PlannedMemory::None)
    }

    fn usable_memory(&self, settings: &Settings<'_>, pointer: CoreType) -> Result<PlannedMemory, Box<Fault>> {
        let name = settings.memory_name().to_owned();
        Err(Box::new(match self.find_memory(settings) {
            Some((ty, _)) if ty.is_64() && pointer == CoreType::I32 => Fault::WideMemory { name },
            Some((ty, _)) if ty.is_shared() => Fault::SharedMemory { name },
            Some((_, PlannedMemory::Imported(_))) if !self.links => Fault::ImportedMemory { name },
            Some((_, found)) => return Ok(found),
            None => {
                let exports = self.module.exports();
                let memories = exports.filter(|export| matches!(export.ty(), ExternType::Memory(_)));
                let memories = candidates::first(memories.map(|export| export.name()));
                Fault::MissingMemory { name, memories }
            }
        }))
    }

    fn find_memory(&self, settings: &Settings<'_>) -> Option<(MemoryType, PlannedMemory)> {
        let name = settings.memory_name();
        if let (Some(ExternType::Memory(ty)), Some(export)) =
            (self.module.get_export(name), self.module.get_export_index(name))
        {
            return Some((ty, PlannedMemory::Exported(export)));
        }
        // Modules have one as a rule, under any name.
        let wanted = |import: &ImportType<'_>| settings.memory.is_none_or(|name| name == import.name());
        self.module.imports().filter(wanted).find_map(|import| {
            let ty = import.ty().memory()?.clone();
            let (module, name) = (import.module().to_owned(), import.name().to_owned());
            Some((ty.clone(), PlannedMemory::Imported(ImportedMemory { module, name, ty })))
        })
    }

    /// What there is of a helper that has this name.
    pub(super) fn helper(&mut self, role: Role, helper: &Helper, name: &str) -> Option<FoundHelper> {
        if let Some(global) = helper.global.and_then(|ty| self.global(name, ty)) {
            return Some(FoundHelper::Global(global));
        }
        let found = if helper.is_optional {
            self.function(name, helper.signatures)
        } else {
            self.find(role, name, helper.signatures, helper.global, None)
        };
        found.map(FoundHelper::Function)
    }

    /// Whether there is a global of that name with that type.
    fn global(&self, name: &str, ty: CoreType) -> Option<ModuleExport> {
        match self.module.get_export(name)? {
            ExternType::Global(global) if ty == global.content().clone().into() => self.module.get_export_index(name),
            _ => None,
        }
    }

    /// Whether there is a function of that name, whatever its type.
    pub(super) fn function_type(&self, name: &str) -> Option<FuncType> {
        self.module.get_export(name)?.func().cloned()
    }

    pub(super) fn push(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub(super) fn candidates(&self, name: &str, wanted: &[Signature]) -> Candidates {
        let functions = self.functions.get_or_init(|| {
            let exports = self.module.exports();
            exports.filter_map(|export| Some((export.name(), export.ty().func()?.clone()))).collect()
        });
        let fits = |ty: &FuncType| wanted.iter().any(|signature| signature.is_of(ty));
        Candidates::new(name, functions.iter().map(|(name, ty)| (*name, fits(ty))))
    }

    /// The faults found so far.
    pub(crate) fn into_faults(mut self) -> Vec<Fault> {
        for fault in &mut self.faults {
            // What another method calls already is not the one that was meant: no two may have the same.
            if let Some(candidates) = fault.candidates_of_method() {
                candidates.similar.retain(|name| !self.methods.contains(name));
            }
        }
        self.faults
    }

    /// The faults found so far, as one error for an interface of that name.
    pub(crate) fn finish(self, interface: &'static str) -> Result<()> {
        if self.faults.is_empty() {
            return Ok(());
        }
        Err(ErrorKind::Bind(Faults { interface, faults: self.into_faults() }).into())
    }
}

/// What an export is, in WebAssembly's words.
fn kind(ty: &ExternType) -> &'static str {
    match ty {
        ExternType::Func(_) => "function",
        ExternType::Global(_) => "global",
        ExternType::Table(_) => "table",
        ExternType::Memory(_) => "memory",
        ExternType::Tag(_) => "tag",
    }
}
