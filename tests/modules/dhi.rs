//! dhi: Zig, with slices of numbers, counts on either side of pointers, and outputs in the caller's room.

use crate::published::{Published, integer, text};
use linmem::pass::{LenPtr, Ptr};
use linmem::{Result, wasm_import};
use serde_json::{Value, json};
use wasmtime::{Linker, Store};

/// The answers lie in the caller's room.
type Done = Result<()>;

#[wasm_import]
trait Dhi {
    fn validate_email(&mut self, text: &str) -> Result<bool>;
    fn validate_url(&mut self, text: &str) -> Result<bool>;
    fn validate_uuid(&mut self, text: &str) -> Result<bool>;
    fn validate_ipv4(&mut self, text: &str) -> Result<bool>;
    fn validate_string_length(&mut self, text: &str, min: u32, max: u32) -> Result<bool>;
    #[wasm(name = "validate_numbers_batch")]
    fn reals(&mut self, #[wasm(pass = LenPtr)] n: &[f64], lo: f64, hi: f64, #[wasm(pass = Ptr)] out: &mut [u8])
    -> Done;
    #[wasm(name = "validate_int_range_simd_i32")]
    fn integers(&mut self, n: &[i32], lo: i32, hi: i32, #[wasm(pass = Ptr)] out: &mut [u8]) -> Done;
}

fn list<T>(values: &Value, element: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    values.as_array().into_iter().flatten().map(|value| element(value).unwrap()).collect()
}

#[test]
fn answers_as_known() {
    let published = Published::load("dhi", "node_modules/dhi/dist/dhi.wasm");
    let Published { engine, module, .. } = &published;
    let mut dhi = DhiInstance::instantiate(Store::new(engine, ()), module, &Linker::new(engine)).unwrap();
    published.check(&mut dhi, |dhi, call, args| {
        let (min, max) = (&args["min"], &args["max"]);
        let answer = match call {
            "validate_email" => dhi.validate_email(text(&args["s"])),
            "validate_url" => dhi.validate_url(text(&args["s"])),
            "validate_uuid" => dhi.validate_uuid(text(&args["s"])),
            "validate_ipv4" => dhi.validate_ipv4(text(&args["s"])),
            "validate_string_length" => dhi.validate_string_length(text(&args["s"]), integer(min), integer(max)),
            "validate_numbers_batch" => {
                let numbers = list(&args["values_f64"], Value::as_f64);
                let mut out = vec![0; numbers.len()];
                dhi.reals(&numbers, min.as_f64().unwrap(), max.as_f64().unwrap(), &mut out)?;
                return Ok(json!({ "results_u8": out }));
            }
            _ => {
                let integers = list(&args["values_i32"], |value| value.as_i64()?.try_into().ok());
                let mut out = vec![0; integers.len()];
                dhi.integers(&integers, integer::<u32>(min) as i32, integer::<u32>(max) as i32, &mut out)?;
                return Ok(json!({ "results_u8": out }));
            }
        };
        Ok(json!({ "bool": answer? }))
    });
}
