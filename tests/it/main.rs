//! Calls through annotated traits and through the memory API, into real guests and hostile ones.
#![forbid(unsafe_code)]

mod allocators;
mod arguments;
mod asynchronous;
mod bind;
mod hostile;
mod instances;
mod memory_api;
mod release;
mod results;
mod support;
