//! What the macro has to know about the types in a signature. It never compares names: that is for
//! trait bounds to do.

use proc_macro2::Span;
use syn::visit_mut::{self, VisitMut};
use syn::{Lifetime, ParenthesizedGenericArguments, Path, TraitBound, Type, TypeBareFn, TypeImplTrait, TypeReference};

/// The type with `'static` for every lifetime, as a struct without parameters has to name it.
pub(crate) fn with_static_lifetimes(ty: &Type) -> Type {
    let mut ty = ty.clone();
    Static.visit_type_mut(&mut ty);
    ty
}

struct Static;

impl VisitMut for Static {
    fn visit_type_reference_mut(&mut self, node: &mut TypeReference) {
        let ampersand = node.and_token.span;
        node.lifetime.get_or_insert_with(|| static_at(ampersand));
        visit_mut::visit_type_reference_mut(self, node);
    }

    fn visit_lifetime_mut(&mut self, node: &mut Lifetime) {
        *node = static_at(node.span());
    }

    // In these three, lifetimes belong to a binder (`for<'a>`, written or implied) and not to the
    // signature.
    fn visit_type_bare_fn_mut(&mut self, _: &mut TypeBareFn) {}
    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut ParenthesizedGenericArguments) {}
    fn visit_trait_bound_mut(&mut self, node: &mut TraitBound) {
        if node.lifetimes.is_none() {
            visit_mut::visit_trait_bound_mut(self, node);
        }
    }
}

fn static_at(span: Span) -> Lifetime {
    Lifetime::new("'static", span)
}

/// Parts of a type that only have a meaning inside the signature, and would change it in the
/// generated struct.
#[derive(Default)]
pub(crate) struct Unnameable {
    pub(crate) impl_traits: Vec<TypeImplTrait>,
    pub(crate) selves: Vec<Path>,
}

impl Unnameable {
    pub(crate) fn find(ty: &Type) -> Self {
        let mut found = Self::default();
        // A visitor that only reads would be another feature of syn to compile.
        found.visit_type_mut(&mut ty.clone());
        found
    }
}

impl VisitMut for Unnameable {
    fn visit_type_impl_trait_mut(&mut self, node: &mut TypeImplTrait) {
        self.impl_traits.push(node.clone());
    }

    fn visit_path_mut(&mut self, node: &mut Path) {
        if node.segments.first().is_some_and(|segment| segment.ident == "Self") {
            self.selves.push(node.clone());
        }
        visit_mut::visit_path_mut(self, node);
    }
}
