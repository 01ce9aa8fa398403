use super::*;
use crate::bind::argument::{Argument, Arguments};
use crate::core::Signature;
use CoreType::{F64, I32, I64};

const TEXT: Argument = Argument { types: &[I32, I32], is_passed: true, rest: Arguments::new(&NUMBER) };
const NUMBER: Argument = Argument { types: &[F64], is_passed: false, rest: Arguments::NONE };

/// `(text: &str, number: f64)`, with these results.
fn of(results: &'static [CoreType], option: ResultOption, params: &[CoreType], found: &[CoreType]) -> Vec<Remedy> {
    let signatures = [Signature::new(&[I32, I32, F64], results)];
    let arguments = Arguments::new(&TEXT);
    let method = Method { signatures: &signatures, arguments, names: &["text", "number"], pointer: I32, option };
    remedies(&method, Types { params, results: found }).map(Remedies::to_vec).unwrap_or_default()
}

#[test]
fn a_result_that_comes_otherwise_names_the_convention() {
    let packed = of(&[I32], ResultOption::Returns, &[I32, I32, F64], &[I64]);
    assert_eq!(packed, [set("returns", "linmem::results::Packed", &["PackedLenPtr"])]);
    let last = of(&[I32], ResultOption::Returns, &[I32, I32, F64, I32], &[]);
    assert_eq!(last, [set("returns", "linmem::results::LastPointer", &[])]);
    let code = of(&[], ResultOption::Status, &[I32, I32, F64], &[I32]);
    assert_eq!(code, [set("status", "linmem::status::Code", &[])]);
}

#[test]
fn several_changes_are_found_together() {
    let found = of(&[], ResultOption::Status, &[I32, I64], &[I32]);
    let texts: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 3, "{texts:?}");
}

#[test]
fn another_order_is_found_where_nothing_else_helps() {
    let found = of(&[I32], ResultOption::None, &[F64, I32, I32], &[I32]);
    assert_eq!(found, [Remedy::Move { parameter: "number", before: "text" }]);
}

#[test]
fn of_two_orders_the_nearer_is_offered() {
    static COUNT: Argument = Argument { types: &[I32], is_passed: false, rest: Arguments::NONE };
    static PAUSE: Argument = Argument { types: &[F64], is_passed: false, rest: Arguments::new(&COUNT) };
    static TEXT: Argument = Argument { types: &[I32, I32], is_passed: true, rest: Arguments::new(&PAUSE) };
    let signatures = [Signature::new(&[I32, I32, F64, I32], &[])];
    let names = &["text", "pause", "count"];
    let option = ResultOption::None;
    let method = Method { signatures: &signatures, arguments: Arguments::new(&TEXT), names, pointer: I32, option };
    let types = Types { params: &[I32, I32, I32, F64], results: &[] };
    let found = remedies(&method, types).map(Remedies::to_vec).unwrap_or_default();
    assert_eq!(found, [Remedy::Move { parameter: "count", before: "pause" }]);
}

#[test]
fn there_is_none_for_what_has_nothing_in_common() {
    assert_eq!(of(&[I32], ResultOption::None, &[], &[I32, F64]), []);
    assert_eq!(of(&[I32], ResultOption::None, &[F64; 9], &[I32]), []);
}

#[test]
fn an_order_of_the_same_types_is_found_where_one_move_is_not_enough() {
    static LAST: Argument = Argument { types: &[I64], is_passed: false, rest: Arguments::NONE };
    static MIDDLE: Argument = Argument { types: &[F64], is_passed: false, rest: Arguments::new(&LAST) };
    static FIRST: Argument = Argument { types: &[I32, I32], is_passed: true, rest: Arguments::new(&MIDDLE) };
    let signatures = [Signature::new(&[I32, I32, F64, I64], &[])];
    let (names, option) = (&["text", "pause", "count"], ResultOption::None);
    let method = Method { signatures: &signatures, arguments: Arguments::new(&FIRST), names, pointer: I32, option };
    let types = Types { params: &[I64, F64, I32, I32], results: &[] };
    let found = remedies(&method, types).map(Remedies::to_vec).unwrap_or_default();
    assert_eq!(
        found.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["write the parameters in the order `count`, `pause`, `text`"]
    );
}

#[test]
fn a_type_that_no_type_of_rusts_crosses_as_is_left_to_wasmtime() {
    for (params, results) in [(&[I32, I32, CoreType::FuncRef][..], &[I32][..]), (&[I32, I32, F64], &[CoreType::V128])] {
        let found = of(&[I32], ResultOption::None, params, results);
        let told: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with("call it by `wasmtime::Func`: no type of Rust's crosses as "), "{told:?}");
    }
}
