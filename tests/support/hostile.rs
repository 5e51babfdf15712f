//! A program whose comments, labels, values, defaults and names try to break out of their quotes.

use std::fmt::Write;

/// Texts that have broken a code generator before.
pub fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        r#"it's "quoted", and \back\slashed\\"#,
        "line one\nline two",
        "*/ and /* and -- and // and #",
        r#"""" and ''' and \""" "#,
        "$$ $trine$ $body$ $1",
        "{{ name }} {% if %} {# note #} {name}",
        "\u{202e}turned around\u{2066}",
        "%s %(name)s %% :name ::text ?",
        r"ends with \",
        "ends with \"",
        r"\N{BULLET} \x41 \u0041 \n",
        "tab\there",
        "e\u{301} 😀 \u{feff}mark",
        "; DROP TABLE hostile_e0; --",
        "None",
        "",
    ]
    .map(str::to_owned)
    .into();
    texts.push("가나다라".repeat(50));
    texts
}

/// One entity for each text, with the text wherever a text may stand; and one with hostile names.
pub fn program() -> String {
    let mut out = String::from("module hostile\n");
    for (number, text) in texts().iter().enumerate() {
        let quoted = quote(text);
        // A doc comment holds lines; a display takes what stands in braces for a field.
        let docs: String = text.lines().map(|line| format!("/// {line}\n")).collect();
        let plain = quote(&text.replace(['{', '}'], ""));
        write!(
            out,
            "\n{docs}enum K{number} {{ v = {quoted} label {quoted}, other }}\n\n\
             {docs}entity E{number} {{\n\
             {docs}  f  text = {quoted}  label {quoted}\n\
             k  K{number} = v\n\
             n  integer = 0\n\
             label {quoted} plural {quoted}\n\
             display {plain}\n\
             check (n >= 0 and f <> {quoted} || \"x\") message {quoted}\n\
             index (f) where (f <> {quoted})\n\
             }}\n"
        )
        .expect("writing to a string");
    }
    // Django can't use a name with `"`, `%` or `$` in it.
    let long = "가".repeat(200);
    // The longest name of a model that Django has room for; in bytes, more than PostgreSQL keeps.
    let model = "가".repeat(93);
    write!(
        out,
        "\nentity {model} {{\n  {long}값  text = \"long\"\n  unique ({long}값)\n}}\n\
         \nentity Odd {{\n  table {}\n  f  text = \"odd\"  column {}\n  g  text = \"odd\"  unique\n}}\n",
        quote(r"it's {x} :a -- */ table\"),
        quote(r"it's {x} :c -- */ column\"),
    )
    .expect("writing to a string");
    out
}

/// A string literal of Trine.
pub fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}
