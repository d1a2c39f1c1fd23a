//! The characters of a rules file, one after the other, with places for messages.

use crate::source::Position;

/// Nesting of blocks, filters and lists; more is no rule that anybody could read.
const DEEPEST: usize = 24;

/// What is wrong in a rules file, where, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) at: Position,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

/// A place in the text that moves forwards.
#[derive(Debug)]
pub(super) struct Scan<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Scan<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text: text.strip_prefix('\u{feff}').unwrap_or(text), at: 0, depth: 0 }
    }

    /// What has not been read yet.
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn offset(&self) -> usize {
        self.at
    }

    /// Goes back to where an attempt began.
    pub(super) fn back_to(&mut self, offset: usize) {
        self.at = offset;
    }

    /// The text from `start` to here, on one line.
    pub(super) fn since(&self, start: usize) -> String {
        let written = self.text.get(start..self.at).unwrap_or_default();
        written.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Passes over blanks and comments.
    pub(super) fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            self.at += blank;
            if !self.rest().starts_with('#') {
                return;
            }
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        }
    }

    /// Passes over `token`, where it is next.
    pub(super) fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Passes over `token`, which must be next behind blanks.
    pub(super) fn expect(&mut self, token: &str) -> Result<(), Mistake> {
        self.skip();
        if self.eat(token) { Ok(()) } else { Err(self.fail(format!("expected {token:?}, found {}", self.found()))) }
    }

    /// Passes over a whole word, in lower or upper case, where it is next.
    pub(super) fn word(&mut self, word: &str) -> bool {
        let next = self.ahead(false);
        let found = next == word || next == word.to_uppercase();
        if found {
            self.at += next.len();
        }
        found
    }

    /// Letters, digits and underscores that are next; with `dashes` also `-` inside.
    fn ahead(&self, dashes: bool) -> &'t str {
        let rest = self.rest();
        let of_name = |c: char| c.is_alphanumeric() || c == '_' || (dashes && c == '-');
        let end = rest.find(|c: char| !of_name(c)).unwrap_or(rest.len());
        &rest[..end]
    }

    /// A name, where one is next.
    pub(super) fn name(&mut self, dashes: bool) -> Option<&'t str> {
        let name = self.ahead(dashes);
        let begins = |c: char| c.is_alphabetic() || c == '_';
        if !name.starts_with(begins) {
            return None;
        }
        self.at += name.len();
        Some(name)
    }

    /// A CloudFormation type, where one is next.
    pub(super) fn type_name(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != ':').unwrap_or(rest.len());
        let name = &rest[..end];
        if !name.contains("::") {
            return None;
        }
        self.at += end;
        Some(name)
    }

    /// The comment right above `offset`: lines that begin with `#`, without an empty line between.
    pub(super) fn comment_above(&self, offset: usize) -> Vec<String> {
        let above = self.text.get(..offset).unwrap_or_default();
        let lines = above.trim_end_matches([' ', '\t']).strip_suffix('\n').unwrap_or_default().lines().rev();
        let comment = lines.map(str::trim).take_while(|line| line.starts_with('#'));
        let mut lines: Vec<String> = comment.map(|line| line.trim_start_matches('#').trim().to_owned()).collect();
        lines.reverse();
        lines
    }

    /// Reads something one level deeper.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Mistake>) -> Result<T, Mistake> {
        if self.depth >= DEEPEST {
            return Err(self.fail(format!("more than {DEEPEST} levels of nesting")));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    pub(super) fn position(&self, offset: usize) -> Position {
        let before = self.text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let bounded = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Position { line: bounded(line), column: bounded(column) }
    }

    /// Where reading has come to.
    pub(super) fn here(&self) -> Position {
        self.position(self.at)
    }

    /// A mistake here.
    pub(super) fn fail(&self, message: impl Into<String>) -> Mistake {
        Mistake { at: self.here(), message: message.into(), hint: None }
    }

    /// What is next, for a message.
    pub(super) fn found(&self) -> String {
        match self.rest().split_whitespace().next() {
            None => "the end of the file".to_owned(),
            Some(word) => format!("{:?}", word.chars().take(40).collect::<String>()),
        }
    }
}

impl Mistake {
    /// The same, with what to write instead.
    #[must_use]
    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}
