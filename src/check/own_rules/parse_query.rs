//! Queries, and what clauses compare with: texts, numbers, patterns, ranges, lists, maps, calls.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    datum::{Datum, Range},
    parse::{filter, operator},
    pattern::Pattern,
    scan::{Mistake, Scan},
    syntax::{Function, Operand, Part, Query},
};

/// Steps of one query; more is no path that anybody could follow.
const LONGEST: usize = 40;

/// Elements of a list that is written down.
const MOST_ELEMENTS: usize = 1_000;

type Read<T> = Result<T, Mistake>;

/// `some %x.Properties.Y[*]`
pub(super) fn query(scan: &mut Scan<'_>) -> Read<Query> {
    let some = scan.word("some");
    scan.skip();
    let at = scan.here();
    let mut parts = vec![first(scan)?];
    loop {
        if scan.rest().starts_with('.') {
            scan.next();
            parts.push(behind_dot(scan)?);
        } else if scan.eat("[") {
            parts.push(in_brackets(scan)?);
        } else {
            break;
        }
        if parts.len() > LONGEST {
            return Err(scan.fail(format!("more than {LONGEST} steps in one query")));
        }
    }
    Ok(Query { some, parts, at })
}

fn first(scan: &mut Scan<'_>) -> Read<Part> {
    if scan.eat("%") {
        return scan
            .name(false)
            .map(|name| Part::Variable(name.to_owned()))
            .ok_or_else(|| expected(scan, "a variable"));
    }
    if let Some(quoted) = quoted(scan)? {
        return Ok(Part::Key(quoted));
    }
    match scan.name(true) {
        Some("this") => Ok(Part::This),
        Some(name) => Ok(Part::Key(name.to_owned())),
        None => Err(expected(scan, "a clause")),
    }
}

fn behind_dot(scan: &mut Scan<'_>) -> Read<Part> {
    if scan.eat("*") {
        return Ok(Part::Values);
    }
    if scan.eat("%") {
        return scan.name(false).map(|name| Part::Keys(name.to_owned())).ok_or_else(|| expected(scan, "a variable"));
    }
    if let Some(quoted) = quoted(scan)? {
        return Ok(Part::Key(quoted));
    }
    if let Some(name) = scan.name(true) {
        return Ok(Part::Key(name.to_owned()));
    }
    integer(scan).map(Part::Index).ok_or_else(|| expected(scan, "the name of a property"))
}

fn in_brackets(scan: &mut Scan<'_>) -> Read<Part> {
    scan.skip();
    if scan.eat("*") {
        scan.expect("]")?;
        return Ok(Part::Elements);
    }
    let start = scan.offset();
    if let Some(index) = integer(scan) {
        scan.expect("]")?;
        return Ok(Part::Index(index));
    }
    if let Some(key) = quoted(scan)?
        && filter_end(scan)
    {
        return Ok(Part::Key(key));
    }
    scan.back_to(start);
    if scan.word("keys") {
        scan.skip();
        if let Some((operator, negated)) = operator(scan).filter(|(operator, _)| operator.is_comparison()) {
            let with = operand(scan)?;
            scan.expect("]")?;
            return Ok(Part::KeyFilter { operator, negated, with });
        }
        scan.back_to(start);
    }
    if scan.name(false).is_some() {
        scan.skip();
        if scan.rest().starts_with('|') && !scan.rest().starts_with("||") && !scan.rest().starts_with("|OR|") {
            return Err(scan.fail("names for keys (`[ name | … ]`) are not supported").hint("use a filter on keys"));
        }
        scan.back_to(start);
    }
    filter(scan).map(Part::Filter)
}

/// Passes over the bracket that ends a filter, where it is next.
pub(super) fn filter_end(scan: &mut Scan<'_>) -> bool {
    scan.skip();
    scan.eat("]")
}

/// What a clause compares with, or a variable stands for.
pub(super) fn operand(scan: &mut Scan<'_>) -> Read<Operand> {
    scan.skip();
    if let Some(literal) = literal(scan)? {
        return Ok(Operand::Literal(literal));
    }
    let start = scan.offset();
    if let Some(name) = scan.name(false)
        && scan.eat("(")
    {
        return call(scan, name);
    }
    scan.back_to(start);
    query(scan).map(Operand::Query)
}

fn call(scan: &mut Scan<'_>, name: &str) -> Read<Operand> {
    let function = match name {
        "count" => Function::Count,
        "to_lower" => Function::ToLower,
        "to_upper" => Function::ToUpper,
        "json_parse" => Function::JsonParse,
        "now" => {
            return Err(scan.fail("the function now is not supported").hint("a verdict must not depend on the hour"));
        }
        _ => {
            let known = "count, to_lower, to_upper and json_parse are known";
            return Err(scan.fail(format!("the function {name} is not supported")).hint(known));
        }
    };
    let arguments = scan.deeper(|scan| Ok(vec![operand(scan)?]))?;
    scan.expect(")")?;
    Ok(Operand::Call(function, arguments))
}

/// A value that is written down, where one is next.
fn literal(scan: &mut Scan<'_>) -> Read<Option<Arc<Datum>>> {
    if let Some(text) = quoted(scan)? {
        return Ok(Some(Datum::text(text)));
    }
    let datum = match scan.peek() {
        Some('/') => Datum::Pattern(pattern(scan)?),
        Some('[') => list(scan)?,
        Some('{') => map(scan)?,
        Some('r') if scan.rest().starts_with("r(") || scan.rest().starts_with("r[") => Datum::Range(range(scan)?),
        _ => match word(scan) {
            Some(datum) => datum,
            None => return Ok(number(scan).map(|number| Arc::new(Datum::Number(number)))),
        },
    };
    Ok(Some(Arc::new(datum)))
}

fn word(scan: &mut Scan<'_>) -> Option<Datum> {
    let words = [("true", Datum::Bool(true)), ("false", Datum::Bool(false)), ("null", Datum::Null)];
    let capitals = [("True", Datum::Bool(true)), ("False", Datum::Bool(false))];
    words.into_iter().chain(capitals).find(|(word, _)| scan.word(word)).map(|(_, datum)| datum)
}

fn list(scan: &mut Scan<'_>) -> Read<Datum> {
    scan.eat("[");
    scan.deeper(|scan| {
        let mut elements = Vec::new();
        loop {
            if filter_end(scan) {
                return Ok(Datum::List(elements));
            }
            let Some(element) = literal(scan)? else { return Err(expected(scan, "a value")) };
            elements.push(element);
            scan.skip();
            if !scan.eat(",") && scan.peek() != Some(']') {
                return Err(expected(scan, "a comma or ]"));
            }
            if elements.len() > MOST_ELEMENTS {
                return Err(scan.fail(format!("more than {MOST_ELEMENTS} elements")));
            }
        }
    })
}

fn map(scan: &mut Scan<'_>) -> Read<Datum> {
    scan.eat("{");
    scan.deeper(|scan| {
        let mut entries = BTreeMap::new();
        loop {
            scan.skip();
            if scan.eat("}") {
                return Ok(Datum::Map { entries, is_whole: true });
            }
            let key = match quoted(scan)? {
                Some(key) => key,
                None => scan.name(true).map(str::to_owned).ok_or_else(|| expected(scan, "a key"))?,
            };
            scan.expect(":")?;
            scan.skip();
            let Some(value) = literal(scan)? else { return Err(expected(scan, "a value")) };
            entries.insert(key, value);
            scan.skip();
            if !scan.eat(",") && scan.peek() != Some('}') {
                return Err(expected(scan, "a comma or }"));
            }
        }
    })
}

/// `'text'` or `"text"`, where one is next; a backslash takes the quote after it literally.
fn quoted(scan: &mut Scan<'_>) -> Read<Option<String>> {
    let Some(quote) = scan.peek().filter(|next| ['"', '\''].contains(next)) else { return Ok(None) };
    let start = scan.here();
    scan.next();
    let mut text = String::new();
    while let Some(next) = scan.next() {
        match next {
            '\\' if scan.peek() == Some(quote) => text.extend(scan.next()),
            _ if next == quote => return Ok(Some(text)),
            _ => text.push(next),
        }
    }
    Err(Mistake { at: start, message: "the text has no end".to_owned(), hint: None })
}

/// `/…/`
fn pattern(scan: &mut Scan<'_>) -> Read<Pattern> {
    let start = scan.here();
    let fail = |message| Mistake { at: start, message, hint: None };
    scan.next();
    let mut written = String::new();
    loop {
        match scan.next() {
            Some('\\') if scan.peek() == Some('/') => written.extend(scan.next()),
            Some('/') => break,
            Some(next) => written.push(next),
            None => return Err(fail("the pattern has no end".to_owned())),
        }
    }
    Pattern::new(&written).map_err(fail)
}

/// `r[1,10)`
fn range(scan: &mut Scan<'_>) -> Read<Range> {
    scan.next();
    let least_included = scan.next() == Some('[');
    scan.skip();
    let least = number(scan).ok_or_else(|| expected(scan, "a number"))?;
    scan.expect(",")?;
    scan.skip();
    let most = number(scan).ok_or_else(|| expected(scan, "a number"))?;
    scan.skip();
    let most_included = scan.eat("]");
    if !most_included {
        scan.expect(")")?;
    }
    Ok(Range { least, least_included, most, most_included })
}

fn number(scan: &mut Scan<'_>) -> Option<f64> {
    let rest = scan.rest();
    let of_number = |c: char| c.is_ascii_digit() || c == '.';
    let sign = usize::from(rest.starts_with('-'));
    let end = rest[sign..].find(|c: char| !of_number(c)).map_or(rest.len(), |end| end + sign);
    let number = rest[..end].parse().ok()?;
    scan.back_to(scan.offset() + end);
    Some(number)
}

fn integer(scan: &mut Scan<'_>) -> Option<i64> {
    let start = scan.offset();
    let number = number(scan)?;
    // Nobody has more elements than this; the conversion is exact below it.
    if number.fract() == 0.0 && number.abs() < 1e9 {
        return Some(number as i64);
    }
    scan.back_to(start);
    None
}

fn expected(scan: &Scan<'_>, what: &str) -> Mistake {
    scan.fail(format!("expected {what}, found {}", scan.found()))
}
