//! A trait in Rust's syntax.

use super::names::upper_camel_case;
use super::{Guess, Method, Preset, Recognized, RustType};
use crate::interface::Settings;

/// The trait, with all that the attribute is to be told.
pub(super) fn trait_named(recognized: &Recognized, name: &str) -> String {
    let mut lines = vec![format!(
        "/// {} A number here may be a pointer: see the module's documentation.",
        about(recognized.preset)
    )];
    lines.extend(warnings(recognized).map(|warning| format!("// {warning}")));
    for fault in recognized.faults.iter().map(ToString::to_string) {
        let mut rest = fault.lines();
        lines.extend(rest.next().map(|first| format!("// With strings or slices: {first}")));
        lines.extend(rest.map(|line| format!("// {line}")));
    }
    lines.push(match options(recognized) {
        options if options.is_empty() => "#[linmem::wasm_import]".to_owned(),
        options => format!("#[linmem::wasm_import({})]", options.join(", ")),
    });
    lines.push(format!("trait {} {{", upper_camel_case(name)));
    lines.extend(recognized.methods.iter().flat_map(method).map(|line| format!("    {line}")));
    lines.push("}\n".to_owned());
    lines.join("\n")
}

fn about(preset: Preset) -> &'static str {
    match preset {
        Preset::C => "C or C++.",
        Preset::ByHand => "With an allocator by hand, as in Rust or Zig.",
        Preset::WasmBindgen => "By wasm-bindgen.",
        Preset::Canonical => "By the canonical ABI.",
        Preset::AssemblyScript => "By AssemblyScript, whose objects are one number each.",
        Preset::Unknown => "Without an allocator.",
    }
}

/// What a guess may be wrong about without an error that says so.
fn warnings(recognized: &Recognized) -> impl Iterator<Item = &'static str> {
    let of_objects: &[_] = match recognized.preset {
        Preset::AssemblyScript => &[
            "For an object write `&str` if it is a string, and `&[T]` if it is an `ArrayBuffer`. For a typed array write",
            "`#[wasm(pass = linmem::pass::TypedArray<ID>)]` before the parameter, with its class's number (`idof`): without",
            "it the guest takes an `ArrayBuffer` for one, and no error says so. As results all of these tell what they are,",
            "but for a `StaticArray`: `#[wasm(returns = linmem::results::StaticArray)]`.",
        ],
        _ => &[],
    };
    let mut guesses = recognized.methods.iter().filter_map(|method| method.guess.as_ref().ok());
    let returns_bytes = guesses.any(|guess| guess.result == Some(RustType::Bytes));
    let of_bytes: &[_] = match recognized.preset {
        _ if !returns_bytes => &[],
        Preset::Canonical => &[
            "Bytes are a guess: `Vec<u8>` may be text, a list, a record, an `Option` or a `Result` as well, and `&[u8]` text, a",
            "list or two numbers. The `.wit` file tells.",
        ],
        _ => &["Bytes are a guess: they may be text, or elements of another type, and `&[u8]` may be two numbers."],
    };
    of_objects.iter().chain(of_bytes).copied()
}

fn options(recognized: &Recognized) -> Vec<String> {
    let Recognized { preset, allocator, memory, .. } = recognized;
    let is_64 = memory.as_ref().is_some_and(|memory| memory.ty.is_64());
    let convention = preset.convention().or(is_64.then_some("linmem::convention::Memory64"));
    let mut options: Vec<_> = convention.map(|path| format!("convention = {path}")).into_iter().collect();
    let name = memory.as_ref().and_then(|memory| memory.export.as_deref());
    if let Some(name) = name.filter(|name| *name != Settings::new().memory_name()) {
        options.push(format!("memory = {name:?}"));
    }
    if let Some(named) = allocator.as_ref().filter(|allocator| !allocator.is_known) {
        options.push(format!("alloc = {:?}", named.allocate.name));
        options.extend(named.release.as_ref().map(|release| format!("free = {:?}", release.name)));
    }
    options
}

fn method(method: &Method) -> Vec<String> {
    let Method { function, name, guess } = method;
    let signature = &function.signature;
    match guess {
        Err(unsupported) => vec![format!("// {:?}, `{signature}`: {unsupported}.", function.name)],
        Ok(Guess { params, result }) => {
            let parameter = |(index, ty): (usize, &RustType)| format!(", p{index}: {}", rust(*ty, "&[u8]"));
            let params: String = params.iter().enumerate().map(parameter).collect();
            let result = result.map_or("()", |ty| rust(ty, "Vec<u8>"));
            let option = (function.name != *name).then(|| format!("#[wasm(name = {:?})]", function.name));
            let declaration = format!("fn {name}(&mut self{params}) -> linmem::Result<{result}>;");
            [Some(format!("/// `{signature}`")), option, Some(declaration)].into_iter().flatten().collect()
        }
    }
}

/// The type in Rust, with that one for bytes.
fn rust(ty: RustType, bytes: &'static str) -> &'static str {
    match ty {
        RustType::U32 => "u32",
        RustType::U64 => "u64",
        RustType::F32 => "f32",
        RustType::F64 => "f64",
        RustType::Bytes => bytes,
    }
}
