//! One JSON document, described in `docs/prove.md`; `version` grows when its shape changes.

use serde::Serialize;

use crate::diagnostics::json_text;
use crate::prove::proof::Proof;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    agrees: bool,
    #[serde(flatten)]
    proof: &'a Proof,
}

/// A proof as JSON, with a line feed at its end.
pub fn json(proof: &Proof) -> String {
    let document = Document { version: 1, agrees: proof.agrees(), proof };
    json_text(&document)
}
