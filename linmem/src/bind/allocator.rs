//! Looks for an allocator in a module.

use super::{Fault, Finder, Found, FoundHelper, Role};
use crate::allocator::{Exports, NEW, NEW_SIGNATURES, OF_OWNERS, Otherwise, Pair, Wanted};
use crate::core::Signature;
use crate::interface::Settings;

impl Finder<'_> {
    /// What there is of an allocator, in order; a fault for each export that it lacks.
    pub(crate) fn allocator(&mut self, wanted: &Wanted, settings: &Settings<'_>) -> Vec<Option<FoundHelper>> {
        let (allocate, release) = match &wanted.0 {
            Exports::Pair(pair) => {
                return self.pair(pair, settings).map(|found| found.map(FoundHelper::Function)).into();
            }
            Exports::Each { allocate, release } => (*allocate, *release),
        };
        let allocate = allocate.iter().map(|helper| (helper.allocates(), helper, settings.allocator));
        let release = release.iter().map(|helper| (helper.releases(), helper, settings.deallocator));
        let find = |(role, helper, option)| self.helper(role, helper, &helper.name("", option));
        allocate.chain(release).map(find).collect()
    }

    fn pair(&mut self, pair: &Pair, settings: &Settings<'_>) -> [Option<Found>; 2] {
        if let Some(name) = settings.allocator {
            let allocate = self.named_function(Role::Allocator, name, pair.allocate);
            let release = settings.deallocator;
            return [allocate, release.and_then(|name| self.named_function(Role::Deallocator, name, pair.release))];
        }
        if let Some([allocate, release]) = pair.known.iter().find_map(|names| self.known_pair(pair, *names)) {
            return [allocate, release];
        }
        match pair.otherwise {
            Otherwise::Fault => self.missing(pair),
            Otherwise::Arena => self.no_arena(pair),
        }
        [None, None]
    }

    /// These two, if the module has them with types that can be called.
    pub(crate) fn known_pair(&self, pair: &Pair, (allocate, release): (&str, &str)) -> Option<[Option<Found>; 2]> {
        let allocate = self.function(allocate, pair.allocate)?;
        // An export may have an empty name.
        let found = self.function(release, pair.release).filter(|_| !release.is_empty());
        (found.is_some() || release.is_empty()).then_some([Some(allocate), found])
    }

    fn missing(&mut self, pair: &Pair) {
        let known: Vec<_> = pair.known.iter().map(|&(allocator, _)| allocator).collect();
        let candidates = self.candidates(known.first().unwrap_or(&""), pair.allocate);
        self.push(Fault::MissingAllocator { known, wanted: pair.allocate.to_vec(), candidates });
    }

    /// A fault for each reason why no arena can take the place of a module's allocator.
    fn no_arena(&mut self, pair: &Pair) {
        if let Some(&(allocator, _)) = OF_OWNERS.iter().find(|(name, _)| self.function_type(name).is_some()) {
            self.push(Fault::GuestOwnsArguments { allocator });
        }
        if self.function(NEW, NEW_SIGNATURES).is_some() {
            self.push(Fault::ManagedObjects { allocator: NEW });
        }
        let unusable = pair.known.iter().find_map(|names| Some((*names, self.function_type(names.0)?)));
        if let Some(((allocator, release), _)) = unusable
            && self.function(allocator, pair.allocate).is_some()
        {
            let (wanted, found) = (pair.release.to_vec(), self.function_type(release).map(Signature::from));
            self.push(Fault::MissingDeallocator { allocator, release, wanted, found });
        } else if let Some(((allocator, release), found)) = unusable {
            let (wanted, found) = (pair.allocate.to_vec(), found.into());
            self.push(Fault::UnusableAllocator { allocator, release, wanted, found });
        }
    }
}
