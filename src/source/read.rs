//! Reads values out of a [`Node`] and collects every mistake at once, each with place, path and remedy.
//!
//! ```
//! use fitgate::source::{self, Limits, read::{self, Errors, Fields}};
//!
//! let text = b"name: orders\nminutes: 5\n";
//! let node = source::parse("scenario.yaml", text, &Limits::default())?;
//! let mut errors = Errors::new("scenario.yaml", text);
//! let mut fields = Fields::of(&node, &mut errors, "the scenario");
//! let name = fields.required("name", read::text);
//! let minutes = fields.optional("minutes", |node, errors| read::integer(node, errors, 1, 60));
//! fields.finish();
//! let (name, minutes) = errors.finish(name.zip(minutes))?;
//! assert_eq!((name.as_str(), minutes), ("orders", 5));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeSet;
use std::fmt::Display;

use super::{Excerpt, Fault, Kind, Node, Position, SourceError, SourceErrors};

/// The mistakes found so far in one document.
#[derive(Debug)]
pub struct Errors {
    name: String,
    text: String,
    list: Vec<SourceError>,
    /// Where the reader is, `exemptions[2].expires`; nothing at the top.
    path: String,
    said: BTreeSet<(Option<Position>, String)>,
}

/// Mistakes listed of one document, and how many of them with their line; more help nobody.
const MOST: usize = 1000;
const MOST_SHOWN: usize = 100;
/// A word this long is repeated in a remedy, in bytes.
const LONGEST_EXAMPLE: usize = 40;

impl Errors {
    /// For the document of this name and content; the content is shown beside each mistake.
    pub fn new(name: &str, bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
        Self { name: name.to_owned(), text, list: Vec::new(), said: BTreeSet::new(), path: String::new() }
    }

    /// Reads something below this key; mistakes made there name the path to it.
    pub fn within<T>(&mut self, key: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.path.len();
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(key);
        let value = read(self);
        self.path.truncate(before);
        value
    }

    /// Reads the item of this number, counted from 0.
    fn within_item<T>(&mut self, index: usize, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.path.len();
        self.path.push_str(&format!("[{index}]"));
        let value = read(self);
        self.path.truncate(before);
        value
    }

    /// Adds a mistake at the present path, and the remedy where there is one; said once, however often found.
    pub fn add(&mut self, at: Position, message: impl Display, hint: Option<String>) {
        self.put(Some(at), message.to_string(), hint);
    }

    /// Adds a mistake that has no place, something missing for example.
    pub fn add_overall(&mut self, message: impl Display, hint: Option<String>) {
        self.put(None, message.to_string(), hint);
    }

    fn put(&mut self, at: Option<Position>, message: String, hint: Option<String>) {
        let separator = if self.path.is_empty() { "" } else { ": " };
        let message = format!("{}{separator}{message}", self.path);
        if self.list.len() < MOST && self.said.insert((at, message.clone())) {
            self.list.push(SourceError::new(&self.name, at, Fault::Content { message, hint }));
        }
    }

    /// Adds that `word` is not one of `known`, with the nearest of them as the remedy.
    pub fn unknown(&mut self, at: Position, what: &str, word: &str, known: &[&str]) {
        let hint = match nearest(word, known.iter().copied()) {
            Some(near) => Some(format!("did you mean {near:?}?")),
            None if known.is_empty() => None,
            None => Some(format!("one of: {}", known.join(", "))),
        };
        self.add(at, format_args!("unknown {what} {word:?}"), hint);
    }

    /// Adds that something else was expected here, and how to write it.
    pub fn expected(&mut self, node: &Node, expected: &str) {
        let hint = match (&node.kind, expected) {
            (Kind::String(written) | Kind::Number(written), "a list") if written.len() <= LONGEST_EXAMPLE => {
                Some(format!("write [{written}]"))
            }
            (_, "a list") => Some("write [first, second], or one item a line, each behind \"- \"".to_owned()),
            (Kind::String(written), _) if expected.contains("number") && written.parse::<f64>().is_ok() => {
                Some(format!("write {written} without quotes"))
            }
            (Kind::Null, _) => Some("write one, or remove the key".to_owned()),
            // What is expected is the remedy.
            _ => None,
        };
        self.add(node.at, format_args!("expected {expected}, found {}", node.kind_name()), hint);
    }

    /// Whether so little is wrong so far that looking for a remedy is worth the while.
    pub fn are_few(&self) -> bool {
        self.list.len() < MOST_SHOWN
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The value, where nothing was wrong.
    ///
    /// # Errors
    /// Every mistake, in the order of the document.
    pub fn finish<T>(mut self, value: Option<T>) -> Result<T, SourceErrors> {
        match value {
            Some(value) if self.list.is_empty() => Ok(value),
            _ => {
                if self.list.is_empty() {
                    // A reader that gives nothing must say why; this keeps a forgotten message from being a pass.
                    self.add_overall("nothing could be read", None);
                }
                Err(SourceErrors(self.into_list()))
            }
        }
    }

    /// Everything found, in the order of the document.
    pub fn into_list(mut self) -> Vec<SourceError> {
        self.list.sort_by_key(|error| error.at);
        for error in self.list.iter_mut().take(MOST_SHOWN) {
            error.excerpt = error.at.and_then(|at| Excerpt::of(&self.text, at));
        }
        self.list
    }
}

/// The word of `known` that was probably meant: at most a third of its letters differ.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // The distance is quadratic in the length; nobody mistypes a hundred letters.
    if word.len() > 100 {
        return None;
    }
    let lower = word.to_lowercase();
    let distance = |candidate: &str| strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
    let far = |candidate: &str| candidate.chars().count().max(3) / 3;
    let length = word.chars().count();
    let alike =
        |candidate: &&str| candidate.len() <= 100 && candidate.chars().count().abs_diff(length) <= far(candidate);
    let near = known.into_iter().filter(alike).map(|known| (distance(known), known));
    near.filter(|(distance, known)| *distance <= far(known)).min().map(|(_, known)| known)
}

/// The keys of one mapping, taken one by one.
#[derive(Debug)]
pub struct Fields<'n, 'e> {
    node: &'n Node,
    errors: &'e mut Errors,
    what: &'n str,
    known: Vec<&'static str>,
}

impl<'n, 'e> Fields<'n, 'e> {
    /// The fields of `node`, which messages call `what`; anything but a mapping is a mistake and has no fields.
    pub fn of(node: &'n Node, errors: &'e mut Errors, what: &'n str) -> Self {
        if !matches!(node.kind, Kind::Mapping(_)) {
            let hint = "write its keys below it, each as `key: value`".to_owned();
            errors.add(node.at, format_args!("{what} must be a mapping, found {}", node.kind_name()), Some(hint));
        }
        Self { node, errors, what, known: Vec::new() }
    }

    /// The value of a key that may be left out; `null` counts as left out.
    pub fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&'n Node, &mut Errors) -> Option<T>,
    ) -> Option<T> {
        self.known.push(key);
        let value = self.node.get(key).filter(|value| value.kind != Kind::Null)?;
        self.errors.within(key, |errors| read(value, errors))
    }

    /// The value of a key that must be there.
    pub fn required<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&'n Node, &mut Errors) -> Option<T>,
    ) -> Option<T> {
        self.known.push(key);
        let is_mapping = matches!(self.node.kind, Kind::Mapping(_));
        match self.node.get(key).filter(|value| value.kind != Kind::Null) {
            Some(value) => self.errors.within(key, |errors| read(value, errors)),
            None if is_mapping => {
                self.errors.add(self.node.at, format_args!("{} has no {key:?}", self.what), Some(format!("add {key}")));
                None
            }
            None => None,
        }
    }

    /// A key of earlier releases: a mistake that says what to write now.
    pub fn renamed(&mut self, old: &'static str, now: &str) {
        self.known.push(old);
        if let Some(entry) = self.node.entries().iter().find(|entry| entry.key == old) {
            self.errors.add(entry.key_at, format_args!("{old:?} has a new name"), Some(format!("write {now}")));
        }
    }

    /// The mistakes, for a message of one's own.
    pub fn errors(&mut self) -> &mut Errors {
        self.errors
    }

    /// Refuses every key that nobody asked for.
    pub fn finish(self) {
        for entry in self.node.entries() {
            if !self.known.contains(&entry.key.as_str()) {
                let what = match self.errors.path.as_str() {
                    "" => format!("key in {}:", self.what),
                    _ => "key".to_owned(),
                };
                self.errors.unknown(entry.key_at, &what, &entry.key, &self.known);
            }
        }
    }
}

/// Text; a number is taken as written.
pub fn text(node: &Node, errors: &mut Errors) -> Option<String> {
    match &node.kind {
        Kind::String(text) | Kind::Number(text) => Some(text.clone()),
        _ => {
            errors.expected(node, "text");
            None
        }
    }
}

/// `true` or `false`.
pub fn flag(node: &Node, errors: &mut Errors) -> Option<bool> {
    match node.kind {
        Kind::Bool(flag) => Some(flag),
        _ => {
            errors.expected(node, "true or false");
            None
        }
    }
}

/// A finite number from `least` to `most`, both included.
pub fn number(node: &Node, errors: &mut Errors, least: f64, most: f64) -> Option<f64> {
    let Kind::Number(written) = &node.kind else {
        errors.expected(node, "a number");
        return None;
    };
    match written.parse::<f64>() {
        Ok(number) if (least..=most).contains(&number) => Some(number),
        _ => {
            errors.add(node.at, format_args!("{written} is out of range"), Some(format!("{least} to {most}")));
            None
        }
    }
}

/// A whole number from `least` to `most`, both included.
pub fn integer(node: &Node, errors: &mut Errors, least: u64, most: u64) -> Option<u64> {
    let Kind::Number(written) = &node.kind else {
        errors.expected(node, "a whole number");
        return None;
    };
    match written.parse::<u64>() {
        Ok(number) if (least..=most).contains(&number) => Some(number),
        _ => {
            let message = format_args!("{written} is not a whole number in range");
            errors.add(node.at, message, Some(format!("{least} to {most}")));
            None
        }
    }
}

/// One of several words.
pub fn choice<T: Clone>(node: &Node, errors: &mut Errors, what: &str, choices: &[(&str, T)]) -> Option<T> {
    let word = text(node, errors)?;
    let found = choices.iter().find(|(name, _)| *name == word).map(|(_, value)| value.clone());
    if found.is_none() {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        errors.unknown(node.at, what, &word, &names);
    }
    found
}

/// A list; items with mistakes are reported and left out.
pub fn list<'n, T>(
    node: &'n Node,
    errors: &mut Errors,
    mut read: impl FnMut(&'n Node, &mut Errors) -> Option<T>,
) -> Option<Vec<T>> {
    match &node.kind {
        Kind::Sequence(items) => {
            let mut read_item = |(index, item)| errors.within_item(index, |errors| read(item, errors));
            Some(items.iter().enumerate().filter_map(&mut read_item).collect())
        }
        _ => {
            errors.expected(node, "a list");
            None
        }
    }
}
