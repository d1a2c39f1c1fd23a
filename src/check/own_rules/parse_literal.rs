//! Values that a rules file writes down: texts, numbers, patterns, ranges, lists, maps.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    datum::{Datum, Range},
    parse_query::filter_end,
    pattern::Pattern,
    scan::{Mistake, Scan},
};

/// Elements of a list that is written down.
const MOST_ELEMENTS: usize = 1_000;

type Read<T> = Result<T, Mistake>;

/// A value that is written down, where one is next.
pub(super) fn literal(scan: &mut Scan<'_>) -> Read<Option<Arc<Datum>>> {
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
pub(super) fn quoted(scan: &mut Scan<'_>) -> Read<Option<String>> {
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

pub(super) fn integer(scan: &mut Scan<'_>) -> Option<i64> {
    let start = scan.offset();
    let number = number(scan)?;
    // Nobody has more elements than this; the conversion is exact below it.
    if number.fract() == 0.0 && number.abs() < 1e9 {
        return Some(number as i64);
    }
    scan.back_to(start);
    None
}

/// A mistake: something else stands where `what` should.
pub(super) fn expected(scan: &Scan<'_>, what: &str) -> Mistake {
    scan.fail(format!("expected {what}, found {}", scan.found()))
}
