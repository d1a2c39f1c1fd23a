//! Condition expressions, as far as fitgate writes them; anything else is an error, never a guess.
//!
//! `AND`, `OR`, `NOT`, parentheses, `=` and its kin, `BETWEEN`, `attribute_exists`, `attribute_not_exists`,
//! `begins_with`, on attributes of the item itself. Attributes are named by placeholders (`#stack`) only: which names
//! may stand for themselves AWS decides by a list of 573 reserved words, which is not here.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::{Map, Value};

use super::item::invalid;
use crate::double::call::Refusal;

/// A condition on an item.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Exists(String),
    BeginsWith(String, Value),
    Compare(String, String, Value),
    Between(String, Value, Value),
}

impl Condition {
    /// The condition in one member of an input; `None` where there is none.
    pub(super) fn read(input: &Value, member: &str, names: &mut Names) -> Result<Option<Self>, Refusal> {
        let Some(text) = input.get(member).and_then(Value::as_str) else { return Ok(None) };
        let mut reader = Reader { tokens: tokens(text)?, at: 0, names };
        let condition = reader.any()?;
        match reader.tokens.get(reader.at) {
            None => Ok(Some(condition)),
            Some(token) => Err(invalid(format!("the double does not know `{token}` in `{text}`"))),
        }
    }

    /// Whether it holds for an item; an attribute that is missing makes every comparison false.
    pub(super) fn holds(&self, item: &Map<String, Value>) -> Result<bool, Refusal> {
        Ok(match self {
            Self::And(parts) => {
                for part in parts {
                    if !part.holds(item)? {
                        return Ok(false);
                    }
                }
                true
            }
            Self::Or(parts) => {
                for part in parts {
                    if part.holds(item)? {
                        return Ok(true);
                    }
                }
                false
            }
            Self::Not(part) => !part.holds(item)?,
            Self::Exists(name) => item.contains_key(name),
            Self::BeginsWith(name, prefix) => {
                match (item.get(name).and_then(|value| value.get("S")), prefix.get("S")) {
                    (Some(Value::String(text)), Some(Value::String(prefix))) => text.starts_with(prefix.as_str()),
                    _ => false,
                }
            }
            Self::Between(name, low, high) => match item.get(name) {
                Some(value) => compare(value, low)?.is_ge() && compare(value, high)?.is_le(),
                None => false,
            },
            Self::Compare(name, sign, other) => match item.get(name) {
                Some(value) => match sign.as_str() {
                    "=" => value == other,
                    "<>" => value != other,
                    "<" => compare(value, other)?.is_lt(),
                    "<=" => compare(value, other)?.is_le(),
                    ">" => compare(value, other)?.is_gt(),
                    _ => compare(value, other)?.is_ge(),
                },
                None => sign == "<>",
            },
        })
    }

    /// Whether it is what a query takes: the partition by `=`, and at most one condition on the sort key.
    pub(super) fn is_for_key(&self, partition: &str, sort: Option<&str>) -> bool {
        let one = [self.clone()];
        let parts = if let Self::And(parts) = self { parts.as_slice() } else { &one };
        let (on_partition, others): (Vec<_>, Vec<_>) = parts
            .iter()
            .partition(|part| matches!(part, Self::Compare(name, sign, _) if name == partition && sign == "="));
        let on_sort = |part: &&Self| match part {
            Self::Compare(name, sign, _) => Some(name.as_str()) == sort && sign != "<>",
            Self::Between(name, ..) | Self::BeginsWith(name, _) => Some(name.as_str()) == sort,
            _ => false,
        };
        on_partition.len() == 1 && others.len() <= 1 && others.iter().all(on_sort)
    }
}

/// The order of two values of one type: numbers by size, texts by their bytes.
pub(super) fn compare(a: &Value, b: &Value) -> Result<Ordering, Refusal> {
    let of = |value: &Value, kind: &str| value.get(kind).and_then(Value::as_str).map(str::to_owned);
    if let (Some(a), Some(b)) = (of(a, "S"), of(b, "S")) {
        return Ok(a.as_bytes().cmp(b.as_bytes()));
    }
    if let (Some(a), Some(b)) = (of(a, "N"), of(b, "N")) {
        // Beyond this a float rounds, and an order would be a guess.
        let exact = |text: &str| text.len() <= 15;
        if let (Ok(x), Ok(y)) = (a.parse::<f64>(), b.parse::<f64>())
            && exact(&a)
            && exact(&b)
        {
            return Ok(x.total_cmp(&y));
        }
    }
    Err(invalid(format!("the double does not compare {a} with {b}")))
}

/// The placeholders of a request, and which of them were used.
pub(super) struct Names {
    names: BTreeMap<String, String>,
    values: BTreeMap<String, Value>,
    used: BTreeSet<String>,
}

impl Names {
    pub(super) fn of(input: &Value) -> Result<Self, Refusal> {
        let members = |name: &str| input.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
        let name = |(placeholder, name): (String, Value)| match name {
            Value::String(name) => Ok((placeholder, name)),
            _ => Err(invalid(format!("{placeholder} stands for no name"))),
        };
        Ok(Self {
            names: members("ExpressionAttributeNames").into_iter().map(name).collect::<Result<_, _>>()?,
            values: members("ExpressionAttributeValues").into_iter().collect(),
            used: BTreeSet::new(),
        })
    }

    /// The attribute that a placeholder stands for.
    pub(super) fn attribute(&mut self, token: &str) -> Result<String, Refusal> {
        if !token.starts_with('#') {
            return Err(invalid(format!("the double takes placeholders for attributes only (#name), not `{token}`")));
        }
        self.used.insert(token.to_owned());
        let name = self.names.get(token).cloned();
        name.ok_or_else(|| {
            invalid(format!("An expression attribute name used in the document path is not defined: {token}"))
        })
    }

    fn value(&mut self, token: &str) -> Result<Value, Refusal> {
        self.used.insert(token.to_owned());
        let value = self.values.get(token).cloned();
        value
            .ok_or_else(|| invalid(format!("An expression attribute value used in expression is not defined: {token}")))
    }

    /// DynamoDB refuses placeholders that nothing uses.
    pub(super) fn all_used(&self) -> Result<(), Refusal> {
        match self.names.keys().chain(self.values.keys()).find(|name| !self.used.contains(*name)) {
            None => Ok(()),
            Some(name) => Err(invalid(format!("Value provided in ExpressionAttributeNames or -Values unused: {name}"))),
        }
    }
}

struct Reader<'n> {
    tokens: Vec<String>,
    at: usize,
    names: &'n mut Names,
}

impl Reader<'_> {
    fn next(&mut self) -> Result<String, Refusal> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token.ok_or_else(|| invalid("the expression ends too early".to_owned()))
    }

    /// Takes the next token if it is this one, whatever its case.
    fn take(&mut self, token: &str) -> bool {
        let is = self.tokens.get(self.at).is_some_and(|next| next.eq_ignore_ascii_case(token));
        self.at += usize::from(is);
        is
    }

    fn want(&mut self, token: &str) -> Result<(), Refusal> {
        if self.take(token) { Ok(()) } else { Err(invalid(format!("`{token}` is missing in the expression"))) }
    }

    fn any(&mut self) -> Result<Condition, Refusal> {
        let mut parts = vec![self.all()?];
        while self.take("OR") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::Or(parts) })
    }

    fn all(&mut self) -> Result<Condition, Refusal> {
        let mut parts = vec![self.one()?];
        while self.take("AND") {
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::And(parts) })
    }

    fn one(&mut self) -> Result<Condition, Refusal> {
        if self.take("NOT") {
            return Ok(Condition::Not(Box::new(self.one()?)));
        }
        if self.take("(") {
            let inner = self.any()?;
            self.want(")")?;
            return Ok(inner);
        }
        let first = self.next()?;
        match first.as_str() {
            "attribute_exists" => Ok(Condition::Exists(self.argument()?)),
            "attribute_not_exists" => Ok(Condition::Not(Box::new(Condition::Exists(self.argument()?)))),
            "begins_with" => {
                self.want("(")?;
                let token = self.next()?;
                let name = self.names.attribute(&token)?;
                self.want(",")?;
                let value = self.value()?;
                self.want(")")?;
                Ok(Condition::BeginsWith(name, value))
            }
            _ => self.comparison(&first),
        }
    }

    fn comparison(&mut self, attribute: &str) -> Result<Condition, Refusal> {
        let name = self.names.attribute(attribute)?;
        if self.take("BETWEEN") {
            let low = self.value()?;
            self.want("AND")?;
            return Ok(Condition::Between(name, low, self.value()?));
        }
        let sign = self.next()?;
        match sign.as_str() {
            "=" | "<>" | "<" | "<=" | ">" | ">=" => Ok(Condition::Compare(name, sign, self.value()?)),
            _ => Err(invalid(format!("the double does not know the operator `{sign}`"))),
        }
    }

    fn argument(&mut self) -> Result<String, Refusal> {
        self.want("(")?;
        let token = self.next()?;
        let name = self.names.attribute(&token)?;
        self.want(")")?;
        Ok(name)
    }

    fn value(&mut self) -> Result<Value, Refusal> {
        let token = self.next()?;
        self.names.value(&token)
    }
}

fn tokens(text: &str) -> Result<Vec<String>, Refusal> {
    let mut tokens: Vec<String> = Vec::new();
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        let mut token = String::from(sign);
        match sign {
            sign if sign.is_whitespace() => continue,
            '(' | ')' | ',' | '=' => {}
            '<' | '>' => token.extend(signs.next_if(|next| *next == '=' || (sign == '<' && *next == '>'))),
            sign if sign.is_alphanumeric() || "#:_".contains(sign) => {
                while let Some(next) = signs.next_if(|next| next.is_alphanumeric() || *next == '_') {
                    token.push(next);
                }
            }
            other => return Err(invalid(format!("the double does not know `{other}` in `{text}`"))),
        }
        tokens.push(token);
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(condition: &str, item: &Value) -> Result<bool, String> {
        let values = json!({":a": {"S": "a"}, ":b": {"S": "b"}, ":one": {"N": "1"}, ":ten": {"N": "10"}});
        let names = json!({"#s": "S", "#n": "N", "#other": "Other"});
        let input = json!({"C": condition, "ExpressionAttributeNames": names, "ExpressionAttributeValues": values});
        let condition = Condition::read(&input, "C", &mut Names::of(&input).map_err(|refusal| refusal.message)?);
        let condition = condition.map_err(|refusal| refusal.message)?.expect("a condition");
        condition.holds(item.as_object().expect("an item")).map_err(|refusal| refusal.message)
    }

    #[test]
    fn conditions_mean_what_dynamodb_means() {
        let item = json!({"S": {"S": "ab"}, "N": {"N": "9"}});
        for (condition, expected) in [
            ("attribute_not_exists(#s)", false),
            ("attribute_not_exists(#other) AND attribute_exists(#n)", true),
            ("#n < :ten", true),
            ("#n BETWEEN :one AND :ten AND #s = :a", false),
            ("#s = :a OR #n >= :one AND NOT #n = :ten", true),
            ("(#s = :a OR #n > :one) and begins_with(#s, :a)", true),
            ("#s > :a AND #s < :b", true),
            ("#other = :a", false),
            ("#other <> :a", true),
        ] {
            assert_eq!(holds(condition, &item), Ok(expected), "{condition}");
        }
    }

    #[test]
    fn what_is_not_known_is_an_error() {
        let item = json!({"S": {"S": "ab"}, "N": {"N": "9"}});
        for condition in [
            "",
            "S = :a",
            "#s = :c",
            "#t = :a",
            "size(#s) > :one",
            "#s IN (:a)",
            "#s.a = :a",
            "#s = :a #n",
            "#s < :one",
            "(#s = :a",
            "contains(#s, :a)",
            "#s == :a",
        ] {
            assert!(holds(condition, &item).is_err(), "{condition}");
        }
    }
}
