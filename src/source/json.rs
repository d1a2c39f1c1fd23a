//! JSON with positions.

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions};

use super::{Entry, Fault, Kind, Limits, Node, Position};

/// JSON as RFC 8259 has it: none of the extensions the crate could read.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

pub(super) fn parse(text: &str, limits: &Limits) -> Result<Node, (Position, Fault)> {
    let mut cursor = Cursor::new(text);
    let parsed = jsonc_parser::parse_to_ast(text, &CollectOptions::default(), &STRICT).map_err(|error| {
        let fault = match error.kind() {
            ParseErrorKind::NestingDepthExceeded => Fault::TooDeep { limit: limits.depth },
            kind => Fault::Syntax(format!("not valid JSON: {}", lower_first(&kind.to_string()))),
        };
        (Cursor::new(text).at(error.range().start), fault)
    })?;
    let value = parsed.value.ok_or((Position { line: 1, column: 1 }, Fault::Empty))?;
    Builder { cursor: &mut cursor, limits, nodes: 0 }.node(value, 0)
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// Turns byte offsets into positions; cheap because offsets are asked for in rising order.
struct Cursor<'a> {
    text: &'a str,
    offset: usize,
    position: Position,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, offset: 0, position: Position { line: 1, column: 1 } }
    }

    fn at(&mut self, offset: usize) -> Position {
        let passed = self.text.get(self.offset..offset).unwrap_or_default();
        for character in passed.chars() {
            if character == '\n' {
                self.position = Position { line: self.position.line.saturating_add(1), column: 1 };
            } else {
                self.position.column = self.position.column.saturating_add(1);
            }
        }
        self.offset = self.offset.max(offset);
        self.position
    }
}

struct Builder<'c, 't> {
    cursor: &'c mut Cursor<'t>,
    limits: &'c Limits,
    nodes: usize,
}

impl Builder<'_, '_> {
    fn node(&mut self, value: Value<'_>, depth: usize) -> Result<Node, (Position, Fault)> {
        let at = self.cursor.at(value.start());
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            return Err((at, Fault::TooManyNodes { limit: self.limits.nodes }));
        }
        if depth >= self.limits.depth && matches!(value, Value::Object(_) | Value::Array(_)) {
            return Err((at, Fault::TooDeep { limit: self.limits.depth }));
        }
        let kind = match value {
            Value::NullKeyword(_) => Kind::Null,
            Value::BooleanLit(literal) => Kind::Bool(literal.value),
            Value::NumberLit(literal) => Kind::Number(literal.value.to_owned()),
            Value::StringLit(literal) => Kind::String(literal.value.into_owned()),
            Value::Array(array) => {
                let items = array.elements.into_iter().map(|item| self.node(item, depth + 1));
                Kind::Sequence(items.collect::<Result<_, _>>()?)
            }
            Value::Object(object) => {
                let mut entries = Vec::with_capacity(object.properties.len());
                for property in object.properties {
                    let key_at = self.cursor.at(property.range.start);
                    let value = self.node(property.value, depth + 1)?;
                    entries.push(Entry { key: property.name.into_string(), key_at, value });
                }
                super::yaml::refuse_duplicates(&entries)?;
                Kind::Mapping(entries)
            }
        };
        Ok(Node::new(kind, at))
    }
}
