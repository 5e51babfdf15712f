//! Names that a target keeps for itself.
