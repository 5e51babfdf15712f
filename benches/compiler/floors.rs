//! The floors: what pest and minijinja take alone for as many bytes. Fixed programs, so that the
//! compiler's figures have something to stand beside on any machine.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, context};
use pest::Parser as _;
use serde::Serialize;

/// The parser that pest makes of the compiler's grammar.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/trine.pest"]
struct Grammar;

/// Lets pest read the texts, and nothing else. Returns the bytes read.
pub fn pest(texts: &[String]) -> usize {
    for text in texts {
        let pairs = Grammar::parse(Rule::file, text).expect("the generated schema can be read");
        std::hint::black_box(pairs);
    }
    texts.iter().map(String::len).sum()
}

#[derive(Serialize)]
struct Class {
    name: String,
    fields: Vec<Field>,
}

#[derive(Serialize)]
struct Field {
    name: String,
    annotation: String,
    value: String,
}

const TEMPLATE: &str = "\
{% for class in classes %}
class {{ class.name }}(Base):
    \"\"\"One of many.\"\"\"

{% for field in class.fields %}
    {{ field.name }}: Mapped[{{ field.annotation }}] = mapped_column({{ field.value }})
{% endfor %}
{% endfor %}
";

/// Lets minijinja print about so many bytes of classes with ten fields. Returns the bytes printed.
pub fn minijinja(bytes: usize) -> usize {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("nothing of the syntax is changed"));
    environment.add_template("classes", TEMPLATE).expect("the template is right");
    let template = environment.get_template("classes").expect("the template was added");
    let field = |index: usize| Field {
        name: format!("field_{index}"),
        annotation: "decimal.Decimal | None".to_owned(),
        value: "Numeric(12, 2), server_default=text(\"0\")".to_owned(),
    };
    let class = |index: usize| Class {
        name: format!("Entity{index:05}"),
        fields: (0..10).map(field).collect(),
    };
    let classes_from = |first: usize, count: usize| {
        let classes: Vec<Class> = (first..first + count).map(class).collect();
        context! { classes => Serde(classes) }
    };
    let of_one = template.render(classes_from(0, 1)).expect("it renders").len();
    // One file for every fifty classes, as a package has it.
    let mut printed = 0;
    for first in (0..(bytes / of_one).max(1)).step_by(50) {
        let text = template.render(classes_from(first, 50)).expect("it renders");
        printed += std::hint::black_box(text).len();
    }
    printed
}
