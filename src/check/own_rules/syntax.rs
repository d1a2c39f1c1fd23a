//! What a rules file says, as a tree.

use std::sync::Arc;

use super::datum::Datum;
use crate::source::Position;

/// A rules file: its variables and its rules, in the order written.
#[derive(Debug)]
pub(super) struct File {
    pub(super) lets: Vec<Let>,
    pub(super) rules: Vec<Rule>,
}

/// `let name = …`
#[derive(Debug)]
pub(super) struct Let {
    pub(super) name: String,
    pub(super) value: Operand,
    pub(super) at: Position,
}

/// `rule name when … { … }`, or what stands outside of any rule, which is called `default`.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) at: Position,
    /// The comment right above it, line by line.
    pub(super) comment: Vec<String>,
    pub(super) when: Conditions,
    pub(super) block: Block,
}

/// Lines that must all hold, each of which may offer alternatives joined by `or`.
pub(super) type Conditions = Vec<Vec<Clause>>;

/// What stands between braces.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) lets: Vec<Let>,
    pub(super) clauses: Conditions,
}

/// One thing that must hold.
#[derive(Debug)]
pub(super) enum Clause {
    /// `Properties.X == 1`, `%x !empty`
    Access(Box<Access>),
    /// The name of another rule.
    Named { name: String, not: bool, at: Position },
    /// `%x.Properties { … }`: the block holds of each.
    Each { query: Query, block: Block },
    /// `when … { … }`
    When { conditions: Conditions, block: Block },
}

/// A comparison, or a question about a query.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) query: Query,
    /// Written before the query: turns each answer round.
    pub(super) not: bool,
    pub(super) operator: Operator,
    /// As in `!=`, `!exists`, `not in`.
    pub(super) negated: bool,
    /// What is compared with; none for questions.
    pub(super) with: Option<Operand>,
    /// `<<what to tell people>>`
    pub(super) message: Option<String>,
    /// The clause as written, on one line.
    pub(super) text: String,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Exists,
    Empty,
    IsString,
    IsList,
    IsStruct,
    IsBool,
    IsInt,
    IsFloat,
    IsNull,
}

impl Operator {
    /// Whether something stands on its right.
    pub(super) fn is_comparison(self) -> bool {
        use Operator::{Equal, Greater, GreaterOrEqual, In, Less, LessOrEqual};
        matches!(self, Equal | Less | LessOrEqual | Greater | GreaterOrEqual | In)
    }
}

/// What a clause compares with, or a variable stands for.
#[derive(Debug)]
pub(super) enum Operand {
    Literal(Arc<Datum>),
    Query(Query),
    Call(Function, Vec<Operand>),
}

/// The functions that are known. None of them reads a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Count,
    ToLower,
    ToUpper,
    JsonParse,
}

/// A path through the document.
#[derive(Debug)]
pub(super) struct Query {
    /// `some`: one that holds is enough.
    pub(super) some: bool,
    pub(super) parts: Vec<Part>,
    pub(super) at: Position,
}

/// One step of a path.
#[derive(Debug)]
pub(super) enum Part {
    /// `%name`, at the beginning.
    Variable(String),
    /// `this`
    This,
    /// `.Name`, `.'a name'`
    Key(String),
    /// `.%names`: the keys that a variable holds.
    Keys(String),
    /// `.*`
    Values,
    /// `[*]`
    Elements,
    /// `[0]`
    Index(i64),
    /// `[ … ]`
    Filter(Conditions),
    /// `[ keys == … ]`
    KeyFilter { operator: Operator, negated: bool, with: Operand },
}
