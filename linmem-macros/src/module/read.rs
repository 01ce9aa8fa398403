//! Reads a module's sections, less its code.

use super::{Extern, Facts, Memory, Module, Type};
use crate::source::Source;
use quote::ToTokens;
use std::fs;
use std::path::Path;
use syn::{Error, Result};
use wasmparser::{
    BinaryReaderError, CompositeInnerType, Encoding, ExternalKind, HeapType, MemoryType, Parser, Payload, TypeRef,
    ValType,
};

pub(super) fn module(source: &Source) -> Result<Module> {
    let path = source.path()?;
    let include = source.include()?;
    let shown = path.display();
    let fail = |message: String| Error::new_spanned(source.to_token_stream(), message);
    let bytes = fs::read(&path).map_err(|error| fail(format!("the module cannot be read: {error}: {shown}")))?;
    let binary = binary(&path, &bytes).map_err(|error| fail(format!("`{shown}` {error}")))?;
    let facts = facts(&binary).map_err(|error| fail(format!("`{shown}` is no module: {error}")))?;
    let facts = facts.ok_or_else(|| fail(format!("`{shown}` {COMPONENT}")))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let translated = (binary != bytes).then_some(binary);
    Ok(Module { name, include, translated, facts })
}

const COMPONENT: &str = "is a component: linmem calls core modules";

/// The binary, also of the text format; or what the file is instead.
fn binary(path: &Path, bytes: &[u8]) -> std::result::Result<Vec<u8>, String> {
    if bytes.starts_with(b"\0asm") {
        return Ok(bytes.to_vec());
    }
    let Ok(text) = str::from_utf8(bytes) else {
        return Err("is no module: it begins as no binary does, and the text format is UTF-8".to_owned());
    };
    wat::parse_str(text).map_err(|mut error| {
        if is_component(text) {
            return COMPONENT.to_owned();
        }
        error.set_path(path);
        format!("is no module: {error}")
    })
}

/// Whether a text is that of a component, as far as its beginning tells. `wat` is compiled without components, and would
/// say that.
fn is_component(text: &str) -> bool {
    let mut rest = text.trim_start();
    while let Some((_, behind)) = match rest.get(..2) {
        Some(";;") => rest.split_once('\n'),
        Some("(;") => rest.split_once(";)"),
        _ => None,
    } {
        rest = behind.trim_start();
    }
    rest.strip_prefix('(').is_some_and(|list| list.trim_start().starts_with("component"))
}

/// What is in the sections; none for a component.
fn facts(binary: &[u8]) -> std::result::Result<Option<Facts>, BinaryReaderError> {
    let mut facts = Facts::default();
    let (mut types, mut functions, mut globals, mut memories) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(binary) {
        match payload? {
            Payload::Version { encoding: Encoding::Component, .. } => return Ok(None),
            Payload::TypeSection(section) => {
                for group in section {
                    types.extend(group?.into_types().map(|ty| match ty.composite_type.inner {
                        CompositeInnerType::Func(ty) => Type {
                            params: ty.params().iter().copied().map(core_type).collect(),
                            results: ty.results().iter().copied().map(core_type).collect(),
                        },
                        _ => Type::default(),
                    }));
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    match import.ty {
                        TypeRef::Func(ty) | TypeRef::FuncExact(ty) => functions.push(ty),
                        TypeRef::Memory(ty) => {
                            memories.push(memory(ty));
                            facts.imported_memories.push((import.name.to_owned(), memory(ty)));
                        }
                        TypeRef::Global(ty) => globals.push(core_type(ty.content_type)),
                        TypeRef::Table(_) | TypeRef::Tag(_) => {}
                    }
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    functions.push(ty?);
                }
            }
            Payload::MemorySection(section) => {
                for ty in section {
                    memories.push(memory(ty?));
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    globals.push(core_type(global?.ty.content_type));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    let index = usize::try_from(export.index).unwrap_or(usize::MAX);
                    let found = match export.kind {
                        ExternalKind::Func | ExternalKind::FuncExact => {
                            let ty = functions.get(index).and_then(|ty| types.get(usize::try_from(*ty).ok()?));
                            Extern::Function(ty.cloned().unwrap_or_default())
                        }
                        ExternalKind::Memory => Extern::Memory(memories.get(index).copied().unwrap_or_default()),
                        ExternalKind::Table => Extern::Other("table"),
                        ExternalKind::Global => {
                            globals.get(index).map_or(Extern::Other("global"), |ty| Extern::Global(ty))
                        }
                        ExternalKind::Tag => Extern::Other("tag"),
                    };
                    facts.exports.insert(export.name.to_owned(), found);
                }
            }
            _ => {}
        }
    }
    Ok(Some(facts))
}

fn memory(ty: MemoryType) -> Memory {
    Memory { is_wide: ty.memory64, is_shared: ty.shared }
}

/// The name that linmem has for a core type.
fn core_type(ty: ValType) -> &'static str {
    match ty {
        ValType::I32 => "I32",
        ValType::I64 => "I64",
        ValType::F32 => "F32",
        ValType::F64 => "F64",
        ValType::V128 => "V128",
        ValType::Ref(ty) => match ty.heap_type() {
            HeapType::EXTERN => "ExternRef",
            HeapType::FUNC => "FuncRef",
            _ => "Ref",
        },
    }
}
