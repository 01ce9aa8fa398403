//! Spans of calls, with the feature `tracing`: what is called, and how much is passed. Of the contents nothing is told.
//!
//! Without the feature all of it is empty.

#[cfg(feature = "tracing")]
mod imp {
    use tracing::field::Empty;
    use tracing::{Span, debug_span};

    /// One call.
    #[derive(Debug, Clone)]
    pub(crate) struct Call(pub(crate) Span);

    impl Call {
        pub(crate) fn new(export: &'static str) -> Self {
            Call(debug_span!("wasm_call", export, argument_bytes = Empty, result_bytes = Empty))
        }

        /// Runs what belongs to the call.
        pub(crate) fn within<T>(&self, run: impl FnOnce() -> T) -> T {
            self.0.in_scope(run)
        }

        /// How many bytes its arguments take in the guest's memory.
        pub(crate) fn placed(&self, bytes: impl FnOnce() -> u64) {
            self.0.record("argument_bytes", bytes());
        }

        /// How many bytes of the guest's memory its result has.
        pub(crate) fn returned(&self, bytes: Option<u64>) {
            if let Some(bytes) = bytes {
                self.0.record("result_bytes", bytes);
            }
        }
    }

    /// Runs a future that belongs to a call.
    #[cfg(feature = "async")]
    pub(crate) fn instrumented<F: Future>(call: &Call, future: F) -> impl Future<Output = F::Output> {
        tracing::Instrument::instrument(future, call.0.clone())
    }
}

#[cfg(not(feature = "tracing"))]
mod imp {
    /// One call, of which nobody wants to know.
    #[derive(Debug, Clone)]
    pub(crate) struct Call;

    impl Call {
        #[inline(always)]
        pub(crate) fn new(_: &'static str) -> Self {
            Call
        }

        #[inline(always)]
        pub(crate) fn within<T>(&self, run: impl FnOnce() -> T) -> T {
            run()
        }

        #[inline(always)]
        pub(crate) fn placed(&self, _: impl FnOnce() -> u64) {}

        #[inline(always)]
        pub(crate) fn returned(&self, _: Option<u64>) {}
    }

    #[cfg(feature = "async")]
    #[inline(always)]
    pub(crate) fn instrumented<F: Future>(_: &Call, future: F) -> F {
        future
    }
}

pub(crate) use imp::Call;
#[cfg(feature = "async")]
pub(crate) use imp::instrumented;
