//! The cases, and who takes part in which.

use crate::calls::{Borrowed, Calls, linmem, linmem_borrowed, linmem_nozero};
use crate::component::InComponent;
use crate::glue::{Hand, Naive};
use crate::sampler::Contender;
use crate::work::{BytesIn, Case, EchoBytes, EchoStr, InOut, PodOut, PodSliceIn, Scalar};
use crate::{inputs, instantiate};

const SIZES: &[usize] = &[16, 256, 1024, 64 << 10, 1 << 20, 16 << 20];
/// The size of cases that have none.
const NO_SIZE: &[usize] = &[0];

/// A name, the sizes, and the contenders for one of them.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) sizes: &'static [usize],
    pub(crate) contenders: fn(usize) -> Vec<Contender>,
}

pub(crate) const CASES: &[Entry] = &[
    Entry { name: "scalar", sizes: NO_SIZE, contenders: |_| scalar() },
    Entry { name: "bytes_in", sizes: SIZES, contenders: |size| everyone(&BytesIn(inputs::bytes(size))) },
    Entry { name: "echo_bytes", sizes: SIZES, contenders: |size| echo_bytes(inputs::bytes(size)) },
    Entry { name: "echo_str", sizes: SIZES, contenders: |size| echo_str(inputs::ascii(size)) },
    Entry { name: "echo_str_mixed", sizes: SIZES, contenders: |size| echo_str(inputs::mixed(size)) },
    Entry { name: "pod_slice_in", sizes: SIZES, contenders: |size| everyone(&PodSliceIn(inputs::doubles(size))) },
    Entry { name: "pod_out", sizes: NO_SIZE, contenders: |_| everyone(&PodOut) },
    Entry { name: "inout", sizes: SIZES, contenders: |size| everyone(&InOut(inputs::floats(size))) },
    Entry { name: "instantiate_20", sizes: NO_SIZE, contenders: |_| instantiate::contenders(false) },
    Entry { name: "instantiate_20_pooled", sizes: NO_SIZE, contenders: |_| instantiate::contenders(true) },
];

/// Checks that a contender answers what it should, and makes it ready.
fn contender<C: Case>(name: &'static str, case: &C, mut guest: impl Calls + 'static) -> Contender {
    let mut case = case.clone();
    let expected = case.expected();
    Contender::checked(name, move |checked| {
        let output = case.call(&mut guest);
        if checked {
            assert_eq!(output, expected, "{name} answers wrong");
        }
        output
    })
}

/// Those that can do any case, and differ in all of them.
fn everyone(case: &impl Case) -> Vec<Contender> {
    vec![
        case.bare(),
        contender("hand", case, Hand::new()),
        contender("hand-zeroed", case, Hand::zeroing()),
        contender("naive", case, Naive::new()),
        contender("component", case, InComponent::new()),
        contender("component-sync", case, InComponent::sync()),
        contender("linmem", case, linmem()),
        contender("linmem-nozero", case, linmem_nozero()),
    ]
}

/// Nothing lies in memory, so there is nothing to zero, and cached glue is a bare call.
fn scalar() -> Vec<Contender> {
    let case = &Scalar;
    vec![
        case.bare(),
        contender("naive", case, Naive::new()),
        contender("component", case, InComponent::new()),
        contender("component-sync", case, InComponent::sync()),
        contender("linmem", case, linmem()),
    ]
}

fn echo_bytes(bytes: Vec<u8>) -> Vec<Contender> {
    let case = EchoBytes(bytes);
    let mut contenders = everyone(&case);
    let mut guest = linmem_borrowed();
    contenders.push(Contender::checked("linmem-borrowed", move |checked| {
        let echoed = guest.echo_bytes(&case.0).unwrap();
        if checked {
            assert_eq!(echoed, case.0);
        }
        echoed.len()
    }));
    contenders
}

fn echo_str(text: String) -> Vec<Contender> {
    let case = EchoStr(text);
    let mut contenders = everyone(&case);
    let mut guest = linmem_borrowed();
    contenders.push(Contender::checked("linmem-borrowed", move |checked| {
        let echoed = guest.echo_str(&case.0).unwrap();
        if checked {
            assert_eq!(echoed, case.0);
        }
        echoed.len()
    }));
    contenders
}
