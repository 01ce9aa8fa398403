//! Which store a handle belongs to.
//!
//! wasmtime panics when a function or a memory meets another store than its own, and has no way to ask first. So linmem
//! keeps two things: the address of the store's data, which no other living store shares (it lies within the store's own
//! heap block), and a token that dies with the store, because a new store may be put where a dead one was.

use std::ptr;
use std::sync::{Arc, Weak};
use wasmtime::{AsContext, AsContextMut, Engine, Func, FuncType};

/// The identity of one store.
#[derive(Debug, Clone)]
pub(crate) struct StoreId {
    address: usize,
    alive: Weak<()>,
}

impl StoreId {
    /// The type of a token. To make one takes a lock that all stores of the engine share, so it is made once.
    pub(crate) fn token_type(engine: &Engine) -> FuncType {
        FuncType::new(engine, [], [])
    }

    /// Leaves a token in the store. The store drops its host functions when it goes, and the token with them.
    pub(crate) fn of(mut store: impl AsContextMut, token_type: FuncType) -> Self {
        let token = Arc::new(());
        let alive = Arc::downgrade(&token);
        Func::new(&mut store, token_type, move |_, _, _| {
            let _alive = &token;
            Ok(())
        });
        StoreId { address: address(&store), alive }
    }

    /// Whether this is that very store.
    #[inline]
    pub(crate) fn is(&self, store: &impl AsContext) -> bool {
        self.address == address(store) && self.alive.strong_count() != 0
    }
}

#[inline]
fn address(store: &impl AsContext) -> usize {
    ptr::from_ref(store.as_context().data()).addr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmtime::{Engine, Store};

    #[test]
    fn knows_its_store_by_any_reference() {
        let engine = Engine::default();
        let mut store = Store::new(&engine, ());
        let owner = StoreId::of(&mut store, StoreId::token_type(&engine));
        assert!(owner.is(&store));
        assert!(owner.is(&&mut store));
        assert!(owner.is(&store.as_context_mut()));
        let moved = Box::new(store);
        assert!(owner.is(&*moved));
    }

    #[test]
    fn tells_other_stores_of_the_same_engine_apart() {
        let engine = Engine::default();
        let (mut one, two) = (Store::new(&engine, ()), Store::new(&engine, ()));
        assert!(!StoreId::of(&mut one, StoreId::token_type(&engine)).is(&two));
    }

    #[test]
    fn is_not_fooled_by_a_store_in_the_place_of_a_dead_one() {
        let engine = Engine::default();
        for _ in 0..100 {
            let owner = StoreId::of(Store::new(&engine, 7_u32), StoreId::token_type(&engine));
            assert!(!owner.is(&Store::new(&engine, 7_u32)));
        }
    }
}
