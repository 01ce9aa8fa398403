//! memory_api
