//! What can be wrong with a document, where, and what to do about it.

use std::fmt;

use super::Position;

/// One mistake in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceError {
    /// The document, as the caller named it.
    pub name: String,
    /// Where, if the mistake has a place.
    pub at: Option<Position>,
    /// What is wrong.
    pub fault: Fault,
    /// The line, ready to be shown with a caret below.
    pub excerpt: Option<Excerpt>,
}

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No bytes, or white space only.
    #[error("the document is empty")]
    Empty,
    /// NUL bytes.
    #[error("this is a binary file, not a text document")]
    Binary,
    /// Another encoding.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// [`super::Limits::bytes`]
    #[error("the document has {bytes} bytes; at most {limit} are read")]
    TooLarge {
        /// Size of the document.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// [`super::Limits::depth`]
    #[error("nested deeper than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// [`super::Limits::nodes`]
    #[error("more than {limit} values, aliases expanded")]
    TooManyNodes {
        /// The limit.
        limit: usize,
    },
    /// Not YAML, or not JSON.
    #[error("{0}")]
    Syntax(String),
    /// The same key twice in one mapping.
    #[error("the key {key:?} is written twice; the first is at {first}")]
    DuplicateKey {
        /// The key.
        key: String,
        /// Where it was written first.
        first: Position,
    },
    /// A mapping key that is a list, a mapping, an alias to one, or carries a tag.
    #[error("a key must be plain text")]
    KeyNotText,
    /// `<<` with something else than mappings.
    #[error("the merge key << needs a mapping or a list of mappings")]
    MergeNotMapping,
    /// An alias inside the value it repeats.
    #[error("an alias repeats the value that it is part of")]
    AliasOfItself,
    /// `---` a second time.
    #[error("a second document begins here; one is expected")]
    SeveralDocuments,
    /// `!!binary` and the like.
    #[error("the tag !!{0} is not supported")]
    UnsupportedTag(String),
    /// The document is well written but says something that its reader does not take.
    #[error("{message}")]
    Content {
        /// What is wrong.
        message: String,
        /// What to write instead.
        hint: Option<String>,
    },
}

/// A line of a document, cut to what fits a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The line; tabs are shown as spaces, control characters as `·`.
    pub line: String,
    /// How many characters stand before the offending one.
    pub caret: usize,
}

/// Every mistake of a document, in the order of their places; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceErrors(pub Vec<SourceError>);

impl std::error::Error for SourceError {}
impl std::error::Error for SourceErrors {}

impl fmt::Display for SourceError {
    /// `name:line:column: what is wrong`, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "{}:{at}: {}", self.name, self.fault),
            None => write!(f, "{}: {}", self.name, self.fault),
        }
    }
}

impl fmt::Display for SourceErrors {
    /// One line each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{error}")?;
        }
        Ok(())
    }
}

impl SourceError {
    /// A mistake without its line; see [`Self::shown_in`].
    pub fn new(name: &str, at: Option<Position>, fault: Fault) -> Self {
        Self { name: name.to_owned(), at, fault, excerpt: None }
    }

    /// Adds the offending line out of the document's text.
    #[must_use]
    pub fn shown_in(mut self, text: &str) -> Self {
        self.excerpt = self.at.and_then(|at| Excerpt::of(text, at));
        self
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match &self.fault {
            Fault::Empty => "write the document, or name another file",
            Fault::Binary => "name the template itself, not a package or an archive",
            Fault::NotUtf8 => "save the file as UTF-8",
            Fault::TooLarge { .. } => "CloudFormation takes at most 1 MB; split the template into nested stacks",
            Fault::TooDeep { .. } | Fault::TooManyNodes { .. } => "simplify the document; no template needs as much",
            Fault::Syntax(_) => return None,
            Fault::DuplicateKey { .. } => "remove or rename one of the two; most readers would keep only one",
            Fault::KeyNotText => "quote the key if it begins with one of {[*&!",
            Fault::MergeNotMapping => "write `<<: *anchor`, where the anchor names a mapping",
            Fault::AliasOfItself => "name another anchor, or write the value out",
            Fault::SeveralDocuments => "keep one document in a file, without a second `---`",
            Fault::UnsupportedTag(_) => "CloudFormation does not take it either; write the value without the tag",
            Fault::Content { hint, .. } => return hint.clone(),
        };
        Some(hint.to_owned())
    }
}

/// Characters shown before and after the place of a mistake in a very long line: with line number and margin
/// they fit 80 columns.
const AROUND: usize = 34;

impl Excerpt {
    /// The line of `text` at this place; none where the document has no such line.
    pub fn of(text: &str, at: Position) -> Option<Self> {
        let line = text.split('\n').nth(at.line.checked_sub(1)? as usize)?.trim_end_matches('\r');
        let before = (at.column.saturating_sub(1)) as usize;
        let skipped = before.saturating_sub(AROUND);
        let shown = line.chars().skip(skipped).take(2 * AROUND).map(shown).collect::<String>();
        let caret = (before - skipped).min(shown.chars().count());
        Some(Self { line: shown, caret })
    }
}

fn shown(character: char) -> char {
    match character {
        '\t' => ' ',
        other if other.is_control() => '·',
        other => other,
    }
}

/// Text with every control character shown as `·`, line feeds as spaces: what a document says cannot drive a terminal.
pub fn printable(text: &str) -> String {
    text.chars().map(|character| if character == '\n' { ' ' } else { shown(character) }).collect()
}
