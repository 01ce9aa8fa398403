//! The page of the documentation on mistakes shows what is really printed. `BLESS=1` writes it there again.

use crate::support::wat;
use linmem::{Interface, Pre, Result, wasm_import};
use std::path::{Path, PathBuf};
use std::{env, fs};

#[wasm_import]
#[allow(dead_code, reason = "it is bound, and not called")]
trait Greeter {
    fn greet(&mut self, name: &str) -> Result<String>;
    fn repeat(&mut self, text: &str, times: u32, pause: f64) -> Result<String>;
}

mod misspelt {
    use linmem::{Result, wasm_import};
    #[wasm_import]
    #[allow(dead_code, reason = "it is bound, and not called")]
    pub(super) trait Greeter {
        fn great(&mut self, name: &str) -> Result<String>;
    }
}

mod swapped {
    use linmem::{Result, wasm_import};
    #[wasm_import]
    #[allow(dead_code, reason = "it is bound, and not called")]
    pub(super) trait Greeter {
        fn repeat(&mut self, text: &str, pause: f64, times: u32) -> Result<String>;
    }
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A module in text form, less what its comment says to those who read the tests.
fn guest(name: &str) -> String {
    let text = read(&tests().join("ui-module").join(name));
    text.lines().filter(|line| !line.starts_with(";;")).collect::<Vec<_>>().join("\n")
}

fn bound<I: Interface>(module: &str) -> String {
    Pre::<(), I>::check(&wat(&guest(module))).unwrap_err().to_string()
}

/// What rustc prints for a case of the UI tests, as it would in a crate of the reader's own.
fn compiled(case: &str, trait_name: &str) -> String {
    let file = tests().join(case);
    let errors = read(&file.with_extension("stderr"));
    // One case makes the mistake several times.
    let about = |error: &&str| error.contains(trait_name) || !error.contains("-->");
    let errors = errors.split("\n\n").filter(about).collect::<Vec<_>>().join("\n\n");
    let mut lines = Vec::new();
    for line in errors.trim_end().lines() {
        let line = line
            .replace(&format!("{case}:"), "src/main.rs:")
            .replace("concat!(env!(\"UI_MODULES\"), \"/greeter", "(\"greeter")
            .replace("module = (", "module = ")
            .replace(".wat\"))]", ".wat\")]");
        // The line under the attribute is as long as that.
        let under = lines.last().map_or(0, |above: &String| above.chars().skip_while(|c| *c != '#').count());
        lines.push(match line.split_once("| -") {
            Some((margin, rest)) => format!("{margin}| {} {}", "-".repeat(under), rest.trim_start_matches('-').trim()),
            None => line,
        });
    }
    lines.join("\n")
}

#[test]
fn the_page_on_mistakes_shows_what_is_printed() {
    let path = tests().join("../linmem/docs/mistakes.md");
    let written = read(&path);
    let shown = [
        ("the guest", guest("greeter.wat")),
        ("misspelt, bound", bound::<misspelt::GreeterExports>("greeter.wat")),
        ("misspelt, compiled", compiled("ui-module/misspelt.rs", "great")),
        ("swapped, bound", bound::<swapped::GreeterExports>("greeter.wat")),
        ("swapped, compiled", compiled("ui-module/swapped.rs", "repeat")),
        ("no result, a reference", compiled("ui/method/result-forgotten.rs", "&str")),
        ("no result, a name", compiled("ui-rustc/not-a-result.rs", "String")),
        ("last month's guest", guest("greeter-last-month.wat")),
        ("last month, bound", bound::<GreeterExports>("greeter-last-month.wat")),
        ("last month, compiled", compiled("ui-module/last-month.rs", "")),
    ];
    let page = shown.iter().fold(written.clone(), |page, (title, text)| with(&page, title, text));
    if env::var_os("BLESS").is_some() {
        fs::write(&path, page).unwrap();
        return;
    }
    // A checkout may have other ends of lines.
    assert!(page.lines().eq(written.lines()), "{} is not what is printed: accept it with `BLESS=1`", path.display());
}

/// The page with this text in the block after the comment of that title.
fn with(page: &str, title: &str, text: &str) -> String {
    let comment = format!("<!-- {title} -->\n");
    let (before, after) = page.split_once(&comment).unwrap_or_else(|| panic!("the page has no {comment}"));
    let (fence, block) = after.split_once('\n').unwrap();
    let (_, after) = block.split_once("```").unwrap();
    format!("{before}{comment}{fence}\n{}\n```{after}", text.trim_end())
}
