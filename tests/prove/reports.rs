//! A proof that finds nothing wrong, and what it looks like.

use trine::prove::{Verdict, report};

use crate::bench::{proven, storefront};

#[test]
fn the_storefront_agrees_everywhere() {
    let proof = proven(&storefront());
    assert!(proof.agrees(), "{:#?}", proof.disagreements);
    assert_eq!(proof.uncovered, []);
    assert_eq!(proof.catalogs.len(), 3);
    assert!(proof.cases() >= 15 && proof.comparisons() >= 90, "{}", report::markdown(&proof));
    assert!(proof.lines.iter().all(|line| line.verdict == Verdict::Agree));
    assert!(proof.seconds < 60.0, "{} s", proof.seconds);
    let json: serde_json::Value = serde_json::from_str(&report::json(&proof)).unwrap();
    assert_eq!((&json["version"], &json["agrees"]), (&1.into(), &true.into()));
    assert!(report::markdown(&proof).starts_with("## ✅ trine prove\n"));
}
