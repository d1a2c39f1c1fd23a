//! Queries, and what clauses compare with.

use super::{
    parse::{filter, operator},
    parse_literal::{expected, integer, literal, quoted},
    scan::{Mistake, Scan},
    syntax::{Function, Operand, Part, Query},
};

/// Steps of one query; more is no path that anybody could follow.
const LONGEST: usize = 40;

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
