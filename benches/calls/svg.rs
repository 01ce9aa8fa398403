//! The results as a picture: for each case with sizes a panel of lines, relative to hand-written glue, and for each
//! other one a panel of bars.

use linmem_benches::results::{Results, size_name, time_name};
use std::fmt::Write;

const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 24.0;
/// How many panels stand beside each other, and how high they are.
const LINES: Grid = Grid { columns: 3, height: 300.0 };
const BARS: Grid = Grid { columns: 4, height: 150.0 };
/// Where the panels begin, below title and legend.
const TOP: f64 = 104.0;
/// What the axis of the lines spans, as powers of two. What is beyond is drawn at its end.
const SPAN: (f64, f64) = (-3.0, 4.0);

const STYLE: &str = "\
text{font-family:system-ui,sans-serif;font-size:12px;fill:#333}\
.title{font-size:20px;font-weight:600}.case{font-size:14px;font-weight:600}.small{font-size:10px;fill:#777}\
.end{text-anchor:end}.middle{text-anchor:middle}";

struct Grid {
    columns: usize,
    height: f64,
}

impl Grid {
    fn width(&self) -> f64 {
        (WIDTH - 2.0 * MARGIN) / self.columns as f64
    }

    fn height_of(&self, panels: usize) -> f64 {
        panels.div_ceil(self.columns) as f64 * self.height
    }

    /// The upper left corner of a panel.
    fn place(&self, i: usize, top: f64) -> (f64, f64) {
        (MARGIN + (i % self.columns) as f64 * self.width(), top + (i / self.columns) as f64 * self.height)
    }
}

pub(crate) fn picture(results: &Results, machine: &str) -> String {
    let (sized, single): (Vec<_>, Vec<_>) =
        results.cases().into_iter().partition(|case| results.sizes(case).iter().any(|bytes| *bytes != 0));
    let below_lines = TOP + LINES.height_of(sized.len());
    let height = below_lines + BARS.height_of(single.len()) + MARGIN;

    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\">\n<style>{STYLE}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    text(&mut svg, MARGIN, 36.0, "title", "One call into a guest");
    let subtitle = format!("median times on {machine}; lower is faster");
    text(&mut svg, MARGIN, 56.0, "", &subtitle);
    legend(&mut svg, results);
    for (i, case) in sized.iter().enumerate() {
        lines(&mut svg, results, case, LINES.place(i, TOP));
    }
    for (i, case) in single.iter().enumerate() {
        bars(&mut svg, results, case, BARS.place(i, below_lines));
    }
    svg + "</svg>\n"
}

fn legend(svg: &mut String, results: &Results) {
    let cases = results.cases();
    let mut x = MARGIN;
    for (name, colour) in crate::results::CONTENDERS {
        if !cases.iter().any(|case| results.contenders(case).contains(&(name, colour))) {
            continue;
        }
        writeln!(svg, "<rect x=\"{x}\" y=\"74\" width=\"14\" height=\"4\" fill=\"{colour}\"/>").unwrap();
        text(svg, x + 20.0, 80.0, "", name);
        x += 48.0 + 7.0 * name.len() as f64;
    }
}

/// Times by size, relative to the reference, both axes logarithmic.
fn lines(svg: &mut String, results: &Results, case: &str, (left, top): (f64, f64)) {
    let sizes = results.sizes(case);
    let reference = results.reference(case);
    let (x0, x1) = (left + 40.0, left + LINES.width() - 20.0);
    let (y0, y1) = (top + LINES.height - 62.0, top + 30.0);
    let x_of = |i: usize| x0 + (x1 - x0) * (i as f64 + 0.5) / sizes.len() as f64;
    let y_of = |ratio: f64| y0 + (y1 - y0) * (ratio.log2().clamp(SPAN.0, SPAN.1) - SPAN.0) / (SPAN.1 - SPAN.0);

    text(svg, left, top + 16.0, "case", case);
    for power in SPAN.0 as i32..=SPAN.1 as i32 {
        let ratio = 2_f64.powi(power);
        let (y, stroke) = (y_of(ratio), if power == 0 { "#999" } else { "#e6e6e6" });
        writeln!(svg, "<path d=\"M{x0:.1} {y:.1}H{x1:.1}\" stroke=\"{stroke}\"/>").unwrap();
        let label = if power < 0 { format!("1/{}", 2_f64.powi(-power)) } else { ratio.to_string() };
        text(svg, x0 - 6.0, y + 4.0, "small end", &format!("×{label}"));
    }
    for (i, bytes) in sizes.iter().enumerate() {
        text(svg, x_of(i), y0 + 18.0, "middle", &size_name(*bytes));
        if let Some(ns) = results.get(case, *bytes, reference) {
            text(svg, x_of(i), y0 + 34.0, "small middle", &time_name(ns));
        }
    }
    text(svg, x0 - 6.0, y0 + 34.0, "small end", &format!("{reference}:"));

    for (name, colour) in results.contenders(case) {
        let mut points = Vec::new();
        for (i, bytes) in sizes.iter().enumerate() {
            let of = |who| results.get(case, *bytes, who);
            if let (Some(ns), Some(unit)) = (of(name), of(reference)) {
                points.push((x_of(i), y_of(ns / unit), format!("{name}, {}: {}", size_name(*bytes), time_name(ns))));
            }
        }
        let path: Vec<_> = points.iter().map(|(x, y, _)| format!("{x:.1},{y:.1}")).collect();
        let path = path.join(" ");
        writeln!(svg, "<polyline points=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>").unwrap();
        for (x, y, title) in points {
            writeln!(
                svg,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"><title>{}</title></circle>",
                escaped(&title)
            )
            .unwrap();
        }
    }
}

/// Times of a case that has no size. A bar that would leave the panel is cut.
fn bars(svg: &mut String, results: &Results, case: &str, (left, top): (f64, f64)) {
    let of = |name: &str| results.get(case, 0, name).unwrap_or(f64::NAN);
    let contenders = results.contenders(case);
    let (x0, room) = (left + 108.0, BARS.width() - 108.0 - 84.0);
    // These take so much longer than all others that nothing could be told apart beside them.
    let shown = contenders.iter().filter(|(name, _)| !["naive", "component"].contains(name)).map(|(name, _)| of(name));
    let longest = shown.fold(0.0, f64::max);

    text(svg, left, top + 16.0, "case", case);
    for (i, (name, colour)) in contenders.into_iter().enumerate() {
        let (y, ns) = (top + 28.0 + 15.0 * i as f64, of(name));
        let cut = ns > longest;
        let width = room * (ns / longest).min(1.0);
        text(svg, x0 - 8.0, y + 9.0, "end", name);
        writeln!(svg, "<rect x=\"{x0:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"10\" fill=\"{colour}\"/>")
            .unwrap();
        let label = format!("{}{}", if cut { "… " } else { "" }, time_name(ns));
        text(svg, x0 + width + 6.0, y + 9.0, "", &label);
    }
}

fn text(svg: &mut String, x: f64, y: f64, class: &str, text: &str) {
    writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\">{}</text>", escaped(text)).unwrap();
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
