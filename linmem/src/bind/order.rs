//! The same types in another order: what is left where no one parameter is in the wrong place.

use super::remedy::{MOST_PARAMETERS, Row};
use crate::core::{CoreType, strip};

type Order = [Option<&'static str>; MOST_PARAMETERS];

impl Row {
    /// The parameters in an order in which they have these types, if there is one.
    pub(super) const fn order(&self, params: &[CoreType]) -> Option<Order> {
        self.place(params, 0, 0, [None; MOST_PARAMETERS])
    }

    /// The same for those that are not placed yet; each bit is one that is.
    const fn place(&self, params: &[CoreType], placed: u32, len: usize, order: Order) -> Option<Order> {
        if len == self.len() {
            return if params.is_empty() { Some(order) } else { None };
        }
        let mut index = 0;
        while let Some(parameter) = self.get(index) {
            if placed & (1 << index) == 0
                && let Some(rest) = strip(params, parameter.types)
            {
                let mut order = order;
                if let Some((_, [slot, ..])) = order.split_at_mut_checked(len) {
                    *slot = Some(parameter.name);
                }
                let found = self.place(rest, placed | (1 << index), len.saturating_add(1), order);
                if found.is_some() {
                    return found;
                }
            }
            index = index.saturating_add(1);
        }
        None
    }
}
