//! asynchronous
