//! Lints: what compiles, and is worth a second look. One file a rule.
