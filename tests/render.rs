//! Every format over the same findings: several files, Korean, tabs, invisible characters, long lines.

use trine::diagnostics::{Code, Diagnostic, Format, render};
use trine::source::{FileId, Sources, Span};

const SHOP: &str = "\
/// 가게
module shop

entity Store {
  이름  tekst  unique  label \"스토어 이름\"
\tphone\tvarchar(0)
  note  varchar(80) = \"a\u{200b}b\u{202e}c\"  uniqe
}

entity Banner {
  store  1 Store <-> * banners
}
";

/// The place of the nth occurrence, from 0, of a text.
fn span(sources: &Sources, file: FileId, text: &str, nth: usize) -> Span {
    let source = &sources.get(file).text;
    let (start, _) = source.match_indices(text).nth(nth).expect("the text is in the file");
    Span::new(file, start, start + text.len())
}

fn findings() -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let shop = sources.add("schema/shop.trine", SHOP);
    let long = format!("module long // {}X{}\r\n", "가나 ".repeat(200), "다라 ".repeat(200));
    let long = sources.add("schema/긴 줄, 100%.trine", long);
    let at = |text, nth| span(&sources, shop, text, nth);
    let far = span(&sources, long, "X", 0);
    let relation = at("store  1 Store <-> * banners", 0);
    let diagnostics = vec![
        Diagnostic::new(Code::E0202, at("tekst", 0), "there is no type `tekst`", "not a type")
            .help("did you mean `text`?")
            .fix("write `text`", at("tekst", 0), "text"),
        Diagnostic::new(Code::E0206, at("label \"스토어", 0), "up to the last syllable", "to 어")
            .also(at("이름  tekst", 0), "from 이"),
        Diagnostic::new(
            Code::E0303,
            at("varchar(0)", 0),
            "a `varchar` holds at least one character",
            "0 is too short",
        ),
        Diagnostic::new(
            Code::E0101,
            at("uniqe", 0),
            "`uniqe` can't stand here,\nafter `\u{1b}[31m`",
            "not a modifier",
        )
        .also(at("\"a\u{200b}b\u{202e}c\"", 0), "after this default"),
        Diagnostic::new(
            Code::E0401,
            relation,
            "`store` does not say what happens to a banner when its store is deleted",
            "no `on delete`",
        )
        .also(at("entity Store", 0), "the store that may be deleted")
        .note("Nothing about a delete is guessed: the three targets would guess differently.")
        .help("say what should happen to the banner:\n`cascade` or `restrict`")
        .fix("add `on delete cascade`", relation.at_end(), "  on delete cascade")
        .fix("add `on delete restrict`", relation.at_end(), "  on delete restrict"),
        Diagnostic::new(Code::W0101, at("entity Store {", 0).to(at("}", 0)), "a whole entity", "")
            .also(far, "in another file"),
        Diagnostic::new(Code::E0206, far, "far to the right: 50%", "here").fix(
            "write `Y`",
            far,
            "Y",
        ),
        Diagnostic::new(
            Code::E0106,
            Span::new(shop, SHOP.len(), SHOP.len()),
            "the file ends here",
            "at the very end",
        ),
    ];
    (sources, diagnostics)
}

fn check(format: Format) {
    let (sources, diagnostics) = findings();
    let mut text = render(format, &sources, &diagnostics);
    // The pages have their own tests.
    for code in Code::ALL {
        let page = serde_json::to_string(code.page()).expect("a string is JSON");
        text = text.replace(&page, &format!("\"[the page of {code}]\""));
    }
    let version = format!("\"semanticVersion\": \"{}\"", env!("CARGO_PKG_VERSION"));
    insta::with_settings!({
        snapshot_path => "../snapshots/render",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(
            format.name(),
            text.replace(&version, "\"semanticVersion\": \"[version]\""),
        );
    });
}

#[test]
fn people_read_the_source_with_the_places_marked() {
    check(Format::Human);
}

#[test]
fn the_short_format_has_one_line_each() {
    check(Format::Short);
    let (sources, diagnostics) = findings();
    let lines = render(Format::Short, &sources, &diagnostics);
    assert_eq!(lines.lines().count(), diagnostics.len());
}

#[test]
fn json_is_one_document() {
    check(Format::Json);
}

#[test]
fn sarif_carries_rules_and_fixes() {
    check(Format::Sarif);
}

#[test]
fn github_commands_are_escaped() {
    check(Format::Github);
}

#[test]
fn no_diagnostics_are_still_a_document() {
    let sources = Sources::new();
    assert_eq!(render(Format::Human, &sources, &[]), "");
    assert_eq!(render(Format::Short, &sources, &[]), "");
    assert_eq!(render(Format::Github, &sources, &[]), "");
    assert!(render(Format::Json, &sources, &[]).contains("\"diagnostics\": []"));
    assert!(render(Format::Sarif, &sources, &[]).contains("\"results\": []"));
}

#[test]
fn a_span_anywhere_is_rendered() {
    let text = "a\r\n가\tb\n\n\u{200b}\u{feff}e\u{301}\r\n\u{1f468}\u{200d}\u{1f469}\n";
    let mut sources = Sources::new();
    let file = sources.add("x.trine", text);
    for start in (0..=text.len()).filter(|&at| text.is_char_boundary(at)) {
        for end in (start..=text.len()).filter(|&at| text.is_char_boundary(at)) {
            let span = Span::new(file, start, end);
            let found = [Diagnostic::new(Code::E0101, span, "message", "label")];
            for &format in Format::ALL {
                render(format, &sources, &found);
            }
        }
    }
}

/// What a terminal shows in each of its cells; the second cell of a wide character is empty.
fn cells(line: &str) -> Vec<Option<char>> {
    let mut cells = Vec::new();
    for c in line.chars() {
        match c {
            '\u{300}'..='\u{36f}' => {}
            '가'..='힣' | '\u{ff01}'..='\u{ff60}' => cells.extend([Some(c), None]),
            _ => cells.push(Some(c)),
        }
    }
    cells
}

#[test]
fn a_caret_stands_under_its_character() {
    let line = "\t이름  varchar(80)  label \"스토어 ｆｕｌｌ e\u{301}\u{200b}\"  여기 unique";
    let mut sources = Sources::new();
    let file = sources.add("가게.trine", line);
    for wanted in ["이름", "varchar", "스토어", "ｆｕｌｌ", "여기", "unique"] {
        let span = span(&sources, file, wanted, 0);
        let found = [Diagnostic::new(Code::E0101, span, "message", "")];
        let text = render(Format::Human, &sources, &found);
        let lines: Vec<&str> = text.lines().collect();
        let carets = lines.iter().position(|line| line.contains('^')).expect("there are carets");
        let marked: String = cells(lines[carets - 1])
            .into_iter()
            .zip(cells(lines[carets]))
            .filter(|(_, below)| *below == Some('^'))
            .filter_map(|(above, _)| above)
            .collect();
        assert_eq!(marked, wanted, "{text}");
    }
}
