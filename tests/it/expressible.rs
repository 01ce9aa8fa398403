//! Conventions that linmem does not have, each as a type of the test's own on linmem's public traits: nothing of it is out
//! of a user's reach.

mod allocators;
mod arguments;
mod results;
