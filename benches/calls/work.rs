//! The work of each case: what is sent, and what must come back.

use crate::calls::Calls;
use crate::glue::Hand;
use crate::sampler::Contender;
use linmem_benches::Point;
use std::fmt::Debug;

/// Work that any contender can do through [`Calls`].
pub(crate) trait Case: Clone + 'static {
    type Output: PartialEq + Debug;

    /// What the guest must answer.
    fn expected(&self) -> Self::Output;
    fn call(&mut self, guest: &mut impl Calls) -> Self::Output;
    /// The guest's part alone: its argument lies in its memory already, and its result is not looked at.
    fn bare(&self) -> Contender;
}

#[derive(Clone)]
pub(crate) struct Scalar;

impl Case for Scalar {
    type Output = u32;

    fn expected(&self) -> u32 {
        42
    }

    #[inline]
    fn call(&mut self, guest: &mut impl Calls) -> u32 {
        guest.add(40, 2)
    }

    fn bare(&self) -> Contender {
        let Hand { mut store, add, .. } = Hand::new();
        Contender::new("bare", move || add.call(&mut store, (40, 2)).unwrap())
    }
}

#[derive(Clone)]
pub(crate) struct BytesIn(pub(crate) Vec<u8>);

impl Case for BytesIn {
    type Output = u32;

    fn expected(&self) -> u32 {
        u32::from(*self.0.last().unwrap())
    }

    #[inline]
    fn call(&mut self, guest: &mut impl Calls) -> u32 {
        guest.last_byte(&self.0)
    }

    fn bare(&self) -> Contender {
        let Hand { mut store, heap, last_byte, .. } = Hand::new();
        let slice = (heap.place(&mut store, &self.0).unwrap(), self.0.len() as u32);
        Contender::new("bare", move || last_byte.call(&mut store, slice).unwrap())
    }
}

#[derive(Clone)]
pub(crate) struct EchoBytes(pub(crate) Vec<u8>);

impl Case for EchoBytes {
    type Output = Vec<u8>;

    fn expected(&self) -> Vec<u8> {
        self.0.clone()
    }

    #[inline]
    fn call(&mut self, guest: &mut impl Calls) -> Vec<u8> {
        guest.echo_bytes(&self.0)
    }

    fn bare(&self) -> Contender {
        bare_echo(&self.0)
    }
}

#[derive(Clone)]
pub(crate) struct EchoStr(pub(crate) String);

impl Case for EchoStr {
    type Output = String;

    fn expected(&self) -> String {
        self.0.clone()
    }

    #[inline]
    fn call(&mut self, guest: &mut impl Calls) -> String {
        guest.echo_str(&self.0)
    }

    fn bare(&self) -> Contender {
        bare_echo(self.0.as_bytes())
    }
}

fn bare_echo(bytes: &[u8]) -> Contender {
    let Hand { mut store, heap, echo, .. } = Hand::new();
    let slice = (heap.place(&mut store, bytes).unwrap(), bytes.len() as u32);
    Contender::new("bare", move || {
        let packed = echo.call(&mut store, slice).unwrap();
        heap.free.call(&mut store, (packed >> 32) as u32).unwrap();
    })
}

#[derive(Clone)]
pub(crate) struct PodSliceIn(pub(crate) Vec<f64>);

impl Case for PodSliceIn {
    type Output = f64;

    fn expected(&self) -> f64 {
        *self.0.last().unwrap()
    }

    #[inline]
    fn call(&mut self, guest: &mut impl Calls) -> f64 {
        guest.last_f64(&self.0)
    }

    fn bare(&self) -> Contender {
        let Hand { mut store, heap, last_f64, .. } = Hand::new();
        let slice = (heap.place(&mut store, bytemuck::cast_slice(&self.0)).unwrap(), self.0.len() as u32);
        Contender::new("bare", move || last_f64.call(&mut store, slice).unwrap())
    }
}

#[derive(Clone)]
pub(crate) struct PodOut;

impl Case for PodOut {
    type Output = Point;

    fn expected(&self) -> Point {
        Point { x: 1.5, y: -2.0 }
    }

    #[inline]
    fn call(&mut self, guest: &mut impl Calls) -> Point {
        guest.point(1.5, -2.0)
    }

    fn bare(&self) -> Contender {
        let Hand { mut store, heap, point, .. } = Hand::new();
        let to = heap.place(&mut store, &[0; 16]).unwrap();
        Contender::new("bare", move || point.call(&mut store, (to, 1.5, -2.0)).unwrap())
    }
}

/// The factor is -1, so that every call is seen to have worked, and the values stay what they are.
#[derive(Clone)]
pub(crate) struct InOut(pub(crate) Vec<f32>);

impl Case for InOut {
    type Output = (f32, f32);

    fn expected(&self) -> (f32, f32) {
        (self.0[0], -self.0.last().unwrap())
    }

    #[inline]
    fn call(&mut self, guest: &mut impl Calls) -> (f32, f32) {
        guest.scale_last(&mut self.0, -1.0);
        (self.0[0], *self.0.last().unwrap())
    }

    fn bare(&self) -> Contender {
        let Hand { mut store, heap, scale_last, .. } = Hand::new();
        let pointer = heap.place(&mut store, bytemuck::cast_slice(&self.0)).unwrap();
        let arguments = (pointer, self.0.len() as u32, -1.0);
        Contender::new("bare", move || scale_last.call(&mut store, arguments).unwrap())
    }
}
