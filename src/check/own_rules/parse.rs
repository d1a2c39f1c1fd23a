//! From the text of a rules file to its tree: variables, rules, blocks and clauses.
//!
//! What is not known is a mistake with its place: a rule that was read as something else would judge wrongly.

use super::{
    datum::Datum,
    parse_query::{filter_end, operand, query},
    scan::{Mistake, Scan},
    syntax::{Access, Block, Clause, Conditions, File, Let, Operator, Part, Query, Rule},
};

/// What stands outside of any rule is a rule of this name, as in Guard.
const DEFAULT: &str = "default";

type Read<T> = Result<T, Mistake>;

/// Reads a whole file.
pub(super) fn file(text: &str) -> Read<File> {
    let scan = &mut Scan::new(text);
    let mut file = File { lets: Vec::new(), rules: Vec::new() };
    let mut outside = Block::default();
    let mut first = None;
    loop {
        scan.skip();
        let start = scan.offset();
        if scan.rest().is_empty() {
            break;
        } else if scan.word("let") {
            file.lets.push(assignment(scan)?);
        } else if scan.word("rule") {
            file.rules.push(rule(scan, start)?);
        } else {
            first.get_or_insert(start);
            outside.clauses.push(alternatives(scan, true)?);
        }
    }
    if let Some(start) = first {
        let (name, comment) = (DEFAULT.to_owned(), scan.comment_above(start));
        file.rules.push(Rule { name, at: scan.position(start), comment, when: Vec::new(), block: outside });
    }
    Ok(file)
}

/// Behind `let`.
fn assignment(scan: &mut Scan<'_>) -> Read<Let> {
    scan.skip();
    let at = scan.here();
    let Some(name) = scan.name(false) else {
        return Err(scan.fail(format!("expected the name of a variable, found {}", scan.found())));
    };
    scan.skip();
    if !scan.eat(":=") {
        scan.expect("=")?;
    }
    Ok(Let { name: name.to_owned(), value: operand(scan)?, at })
}

/// Behind `rule`.
fn rule(scan: &mut Scan<'_>, start: usize) -> Read<Rule> {
    let comment = scan.comment_above(start);
    scan.skip();
    let at = scan.here();
    let Some(name) = scan.name(false) else {
        return Err(scan.fail(format!("expected the name of a rule, found {}", scan.found())));
    };
    if scan.eat("(") {
        return Err(scan.fail("rules with parameters are not supported").hint("write one rule for each use"));
    }
    let when = when(scan)?;
    Ok(Rule { name: name.to_owned(), at, comment, when, block: block(scan)? })
}

/// `when …`, where it is next, up to the brace.
fn when(scan: &mut Scan<'_>) -> Read<Conditions> {
    scan.skip();
    let mut conditions = Vec::new();
    if scan.word("when") {
        loop {
            scan.skip();
            if scan.peek() == Some('{') && !conditions.is_empty() {
                break;
            }
            conditions.push(alternatives(scan, false)?);
        }
    }
    Ok(conditions)
}

/// `{ … }`
pub(super) fn block(scan: &mut Scan<'_>) -> Read<Block> {
    scan.expect("{")?;
    let start = scan.here();
    let block = scan.deeper(|scan| {
        let mut block = Block::default();
        loop {
            scan.skip();
            if scan.eat("}") {
                return Ok(block);
            } else if scan.word("let") {
                block.lets.push(assignment(scan)?);
            } else {
                block.clauses.push(alternatives(scan, true)?);
            }
        }
    })?;
    match block.clauses.is_empty() {
        true => Err(Mistake { at: start, message: "the block asks for nothing".to_owned(), hint: None }),
        false => Ok(block),
    }
}

/// Lines up to `]`.
pub(super) fn filter(scan: &mut Scan<'_>) -> Read<Conditions> {
    scan.deeper(|scan| {
        let mut conditions = Vec::new();
        while !filter_end(scan) {
            conditions.push(alternatives(scan, true)?);
        }
        Ok(conditions)
    })
}

/// Clauses joined by `or`; `blocks` where a brace may begin a block.
fn alternatives(scan: &mut Scan<'_>, blocks: bool) -> Read<Vec<Clause>> {
    let mut clauses = Vec::new();
    loop {
        scan.skip();
        clauses.push(clause(scan, blocks)?);
        scan.skip();
        if !(scan.word("or") || scan.eat("||") || scan.eat("|OR|")) {
            return Ok(clauses);
        }
    }
}

fn clause(scan: &mut Scan<'_>, blocks: bool) -> Read<Clause> {
    let start = scan.offset();
    if blocks && scan.rest().to_lowercase().starts_with("when ") {
        return Ok(Clause::When { conditions: when(scan)?, block: block(scan)? });
    }
    let not = scan.word("not") || scan.eat("!");
    scan.skip();
    if !not
        && blocks
        && let Some(name) = scan.type_name()
    {
        return of_type(scan, name, start);
    }
    let query = query(scan)?;
    let end = scan.offset();
    scan.skip();
    if let Some((operator, negated)) = operator(scan) {
        let with = if operator.is_comparison() { Some(operand(scan)?) } else { None };
        let text = scan.since(start);
        let message = message(scan)?;
        return Ok(Clause::Access(Box::new(Access { query, not, operator, negated, with, message, text })));
    }
    if blocks && !not && scan.peek() == Some('{') {
        return Ok(Clause::Each { query, block: block(scan)? });
    }
    if let ([Part::Key(name)], false) = (query.parts.as_slice(), query.some) {
        let (name, at) = (name.clone(), query.at);
        message(scan)?;
        return Ok(Clause::Named { name, not, at });
    }
    let found = scan.found();
    scan.back_to(end);
    Err(scan.fail(format!("expected an operator, found {found}")).hint("==, !=, in, exists, !empty …"))
}

/// `AWS::S3::Bucket when … { … }` is short for a block on the resources of that type.
fn of_type(scan: &mut Scan<'_>, name: &str, start: usize) -> Read<Clause> {
    let conditions = when(scan)?;
    let block = block(scan)?;
    let key = |name: &str| Part::Key(name.to_owned());
    let at = scan.position(start);
    let only = Access {
        query: Query { some: false, parts: vec![key("Type")], at },
        not: false,
        operator: Operator::Equal,
        negated: false,
        with: Some(super::syntax::Operand::Literal(Datum::text(name))),
        message: None,
        text: format!("Type == '{name}'"),
    };
    let filter = Part::Filter(vec![vec![Clause::Access(Box::new(only))]]);
    let query = Query { some: false, parts: vec![key("Resources"), Part::Values, filter], at };
    let each = Clause::Each { query, block };
    if conditions.is_empty() {
        return Ok(each);
    }
    Ok(Clause::When { conditions, block: Block { lets: Vec::new(), clauses: vec![vec![each]] } })
}

/// An operator, where one is next, and whether it is negated.
pub(super) fn operator(scan: &mut Scan<'_>) -> Option<(Operator, bool)> {
    use Operator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
    if scan.rest().starts_with("<<") {
        return None;
    }
    let signs = [
        ("==", Equal, false),
        ("!=", Equal, true),
        (">=", GreaterOrEqual, false),
        ("<=", LessOrEqual, false),
        (">", Greater, false),
        ("<", Less, false),
    ];
    if let Some((_, operator, negated)) = signs.into_iter().find(|(sign, ..)| scan.eat(sign)) {
        return Some((operator, negated));
    }
    let start = scan.offset();
    let negated = scan.eat("!") || scan.word("not");
    scan.skip();
    let found = WORDS.iter().find(|(word, _)| scan.word(word)).map(|(_, operator)| (*operator, negated));
    if found.is_none() {
        scan.back_to(start);
    }
    found
}

const WORDS: &[(&str, Operator)] = &[
    ("in", Operator::In),
    ("exists", Operator::Exists),
    ("empty", Operator::Empty),
    ("is_string", Operator::IsString),
    ("is_list", Operator::IsList),
    ("is_struct", Operator::IsStruct),
    ("is_bool", Operator::IsBool),
    ("is_int", Operator::IsInt),
    ("is_float", Operator::IsFloat),
    ("is_null", Operator::IsNull),
];

/// `<<…>>`, where it is next.
fn message(scan: &mut Scan<'_>) -> Read<Option<String>> {
    let before = scan.offset();
    scan.skip();
    if !scan.eat("<<") {
        scan.back_to(before);
        return Ok(None);
    }
    let start = scan.offset();
    let Some(length) = scan.rest().find(">>") else {
        return Err(scan.fail("the message has no end").hint("end it with >>"));
    };
    scan.back_to(start + length);
    let message = scan.since(start);
    scan.eat(">>");
    Ok(Some(message).filter(|message| !message.is_empty()))
}
