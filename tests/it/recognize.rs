//! What linmem recognises in a module: each guest, and modules with names and types of every kind.

mod guests;

use crate::support::wat;
use linmem::Fault;
use linmem::recognize::{Preset, Recognized, RustType, Unsupported};

/// What is recognised in a module, written out.
fn recognized(text: &str) -> Recognized {
    Recognized::of(&wat(text))
}

/// The declarations of a trait, without the lines around them.
fn methods(recognized: &Recognized) -> Vec<String> {
    let text = recognized.to_trait("guest");
    let lines = text.lines().skip_while(|line| !line.starts_with("trait ")).skip(1);
    let lines = lines.map(str::trim).filter(|line| !line.starts_with("///") && *line != "}");
    lines.map(str::to_owned).collect()
}

fn allocator(recognized: &Recognized) -> Option<(&str, Option<&str>, bool)> {
    let found = recognized.allocator.as_ref()?;
    Some((&found.allocate.name, found.release.as_ref().map(|release| release.name.as_str()), found.is_known))
}

#[test]
fn any_name_is_printed_as_one_of_rusts() {
    let found = recognized(
        r#"(module (func (export "greet")) (func (export "toUpper")) (func (export "TO_UPPER"))
          (func (export "demo:text/api#last-word")) (func (export "type")) (func (export "$x"))
          (func (export "a\"b\\\n}")) (func (export "\u{1f980}")) (func (export "")))"#,
    );
    assert_eq!(
        methods(&found),
        [
            "fn greet(&mut self) -> linmem::Result<()>;",
            "#[wasm(name = \"toUpper\")]",
            "fn to_upper(&mut self) -> linmem::Result<()>;",
            "#[wasm(name = \"TO_UPPER\")]",
            "fn to_upper_2(&mut self) -> linmem::Result<()>;",
            "#[wasm(name = \"demo:text/api#last-word\")]",
            "fn last_word(&mut self) -> linmem::Result<()>;",
            "#[wasm(name = \"type\")]",
            "fn type_(&mut self) -> linmem::Result<()>;",
            "#[wasm(name = \"$x\")]",
            "fn x(&mut self) -> linmem::Result<()>;",
            "#[wasm(name = \"a\\\"b\\\\\\n}\")]",
            "fn a_b(&mut self) -> linmem::Result<()>;",
            "#[wasm(name = \"\u{1f980}\")]",
            "fn function(&mut self) -> linmem::Result<()>;",
            "// \"\", `()`: an export without a name cannot be called.",
        ]
    );
}

#[test]
fn numbers_are_guessed_unless_a_result_lies_in_memory() {
    let found = recognized(
        r#"(module (memory (export "memory") 1)
          (func (export "malloc") (param i32) (result i32) (i32.const 0)) (func (export "free") (param i32))
          (func (export "add") (param i32 i32) (result i32) (i32.const 0))
          (func (export "mix") (param i64 f32 f64) (result f64) (f64.const 0))
          (func (export "counter") (result i64) (i64.const 0))
          (func (export "packed") (param f64 i32 i32 i32) (result i64) (i64.const 0))
          (func (export "pair") (result i32 i32) (i32.const 0) (i32.const 0))
          (func (export "three") (result i32 i32 i32) (i32.const 0) (i32.const 0) (i32.const 0)))"#,
    );
    assert_eq!((found.preset, found.faults.len()), (Preset::C, 0));
    assert_eq!(found.methods[0].guess.as_ref().unwrap().params, [RustType::U32, RustType::U32]);
    assert_eq!(
        methods(&found),
        [
            "fn add(&mut self, p0: u32, p1: u32) -> linmem::Result<u32>;",
            "fn mix(&mut self, p0: u64, p1: f32, p2: f64) -> linmem::Result<f64>;",
            "fn counter(&mut self) -> linmem::Result<u64>;",
            "fn packed(&mut self, p0: f64, p1: &[u8], p2: u32) -> linmem::Result<Vec<u8>>;",
            "fn pair(&mut self) -> linmem::Result<Vec<u8>>;",
            "// \"three\", `() -> (i32, i32, i32)`: it is not known what 3 results mean.",
        ]
    );
    let hash = r#"(module (memory (export "m") 1) (func (export "hash") (param i32 i32) (result i64) (i64.const 0)))"#;
    assert_eq!(methods(&recognized(hash)), ["fn hash(&mut self, p0: u32, p1: u32) -> linmem::Result<u64>;"]);
}

#[test]
fn what_is_no_number_is_left_out_with_the_reason() {
    let found = recognized(
        r#"(module (func (export "vector") (param v128))
          (func (export "object") (param externref)) (func (export "callback") (result funcref) (ref.null func)))"#,
    );
    let guesses: Vec<_> = found.methods.iter().map(|method| method.guess.clone().unwrap_err()).collect();
    assert!(guesses.iter().all(|guess| matches!(guess, Unsupported::Type(_))), "{guesses:?}");
    assert_eq!(
        methods(&found),
        [
            "// \"vector\", `(v128)`: no argument and no result is a `v128`.",
            "// \"object\", `(externref)`: no argument and no result is a `externref`.",
            "// \"callback\", `() -> funcref`: no argument and no result is a `funcref`.",
        ]
    );
}

#[test]
fn an_allocator_is_found_by_a_name_that_is_built_like_a_known_one() {
    let found = recognized(
        r#"(module (memory (export "mem") 1)
          (func (export "alloc_count") (result i32) (i32.const 0))
          (func (export "malloc_u8") (param i32) (result i32) (i32.const 0))
          (func (export "free_u8") (param i32 i32)))"#,
    );
    assert_eq!(found.preset, Preset::ByHand);
    assert_eq!(allocator(&found), Some(("malloc_u8", Some("free_u8"), false)));
    assert!(found.to_trait("gzip.min").contains(
        "\n#[linmem::wasm_import(memory = \"mem\", alloc = \"malloc_u8\", free = \"free_u8\")]\ntrait GzipMin {\n"
    ));
    assert_eq!(methods(&found), ["fn alloc_count(&mut self) -> linmem::Result<u32>;"]);
}

#[test]
fn an_export_without_a_name_releases_nothing() {
    let found = recognized(
        r#"(module (memory (export "memory") 1) (func (export "") (param i32))
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0)))"#,
    );
    assert_eq!(allocator(&found), Some(("cabi_realloc", None, true)));
}

#[test]
fn an_allocator_that_cannot_be_called_is_told_and_nothing_but_numbers_guessed() {
    let found = recognized(
        r#"(module (memory (export "memory") 1) (func (export "malloc") (param i64) (result i64) (i64.const 0))
          (func (export "echo") (param i32 i32) (result i64) (i64.const 0)))"#,
    );
    assert!(matches!(&found.faults[..], [Fault::UnusableAllocator { allocator: "malloc", .. }]), "{:?}", found.faults);
    assert_eq!(methods(&found)[1], "fn echo(&mut self, p0: u32, p1: u32) -> linmem::Result<u64>;");
    assert!(
        found.to_trait("x").contains("\n// With strings or slices: the allocator `malloc` with `free` cannot be used")
    );
}

#[test]
fn wasm_bindgen_may_have_dropped_what_releases() {
    let found = recognized(
        r#"(module (memory (export "memory") 1)
          (func (export "__wbindgen_malloc") (param i32 i32) (result i32) (i32.const 0))
          (func (export "greet") (param i32 i32 i32)) (func (export "__wbindgen_start")))"#,
    );
    assert_eq!((found.preset, found.initializer), (Preset::WasmBindgen, Some("__wbindgen_start")));
    assert_eq!(allocator(&found), Some(("__wbindgen_malloc", None, false)));
    assert_eq!(methods(&found), ["fn greet(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;"]);
    let options = "convention = linmem::convention::WasmBindgen, alloc = \"__wbindgen_malloc\"";
    assert!(found.to_trait("x").contains(&format!("\n#[linmem::wasm_import({options})]\n")));
}

#[test]
fn a_memory_may_be_exported_or_imported_or_both() {
    let echo = "(func (export \"echo\") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))";
    let imported = recognized(&format!(r#"(module (import "env" "heap" (memory 1)) {echo})"#));
    let memory = imported.memory.as_ref().unwrap();
    assert_eq!((&memory.export, memory.import.clone()), (&None, Some(("env".to_owned(), "heap".to_owned()))));
    assert!(imported.faults.is_empty(), "{:?}", imported.faults);
    assert!(imported.to_trait("x").contains("\n#[linmem::wasm_import]\n"));
    assert_eq!(methods(&imported), ["fn echo(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;"]);

    let both = recognized(r#"(module (import "env" "m" (memory 1)) (export "b" (memory 0)))"#).memory.unwrap();
    assert_eq!((both.export.as_deref(), both.import.is_some()), (Some("b"), true));

    let two = recognized(r#"(module (memory (export "b") 1) (memory (export "memory") i64 2))"#).memory.unwrap();
    assert_eq!((two.export.as_deref(), two.ty.is_64()), (Some("memory"), true));

    let none = recognized(&format!("(module {echo})"));
    assert!(none.memory.is_none() && none.faults.is_empty());
    assert_eq!(none.methods[0].guess, Err(Unsupported::Results(2)));
}

#[test]
fn a_name_of_several_lines_does_not_end_its_comment() {
    // The memory is refused: wasm-bindgen's pointers have 32 bits.
    let wide = r#"(module (memory (export "m\n}") i64 1) (func (export "__wbindgen_start")))"#;
    let text = recognized(wide).to_trait("x");
    assert!(text.contains("\n// With strings or slices: the memory `m\\n}` has"), "{text}");
}
