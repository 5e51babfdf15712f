//! How far a proof is, for whoever watches.

/// Hears how far a proof is.
pub trait Progress: Sync {
    /// What is being done now: `making the databases`.
    fn doing(&self, what: &str);
    /// So many more steps are ahead.
    fn expect(&self, steps: usize);
    /// So many steps are done.
    fn done(&self, steps: usize);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn doing(&self, _: &str) {}
    fn expect(&self, _: usize) {}
    fn done(&self, _: usize) {}
}
