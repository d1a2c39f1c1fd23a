//! YAML with positions, read as CloudFormation's tools read it (YAML 1.1 scalars).

use std::collections::BTreeMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, Tag};

use super::{Entry, Fault, Kind, Limits, Node, Position};

type Failure = (Position, Fault);

pub(super) fn parse(text: &str, limits: &Limits) -> Result<Node, Failure> {
    let mut builder = Builder { limits, nodes: 0, open: Vec::new(), anchors: BTreeMap::new(), root: None };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| syntax(text, &error, limits))?;
        builder.event(event, span)?;
    }
    builder.root.ok_or((Position { line: 1, column: 1 }, Fault::Empty))
}

fn syntax(text: &str, error: &ScanError, limits: &Limits) -> Failure {
    let mut at = position(error.marker());
    // The scanner's own bound of brackets, far above ours; it reads ahead of us.
    if error.info().contains("recursion limit") {
        return (at, Fault::TooDeep { limit: limits.depth });
    }
    // The scanner names the beginning of the value that a tab ends; the author needs the tab.
    if error.info().contains("found a tab") {
        let lines = (at.line..).zip(text.split('\n').skip(at.line.saturating_sub(1) as usize));
        let tab = |line: &str| line.chars().take_while(|character| character.is_whitespace()).position(|c| c == '\t');
        if let Some((line, column)) = lines.take(2).find_map(|(number, line)| Some((number, tab(line)?))) {
            at = Position { line, column: u32::try_from(column).unwrap_or(u32::MAX).saturating_add(1) };
        }
    }
    (at, Fault::Syntax(format!("not valid YAML: {}", error.info())))
}

fn position(marker: &Marker) -> Position {
    let from_one = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Position { line: from_one(marker.line().max(1)), column: from_one(marker.col().saturating_add(1)) }
}

/// Builds the tree from events with a stack of its own, so that depth costs no call stack.
struct Builder<'l> {
    limits: &'l Limits,
    nodes: usize,
    open: Vec<Open>,
    /// Finished anchored values, each with the number of its nodes.
    anchors: BTreeMap<usize, (Node, usize)>,
    root: Option<Node>,
}

/// A sequence or mapping that has begun and not ended.
struct Open {
    node: Node,
    anchor: usize,
    /// Nodes of the document before this one began.
    nodes_before: usize,
    /// The key whose value comes next.
    key: Option<Key>,
    /// What `<<` brings, in the order written.
    merged: Vec<Entry>,
}

struct Key {
    text: String,
    at: Position,
    merge: bool,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Failure> {
        let at = position(&span.start);
        match event {
            Event::Scalar(text, style, anchor, tag) => self.scalar(&text, style, anchor, tag.as_deref(), at),
            Event::SequenceStart(anchor, tag) => self.begin(Kind::Sequence(Vec::new()), anchor, tag.as_deref(), at),
            Event::MappingStart(anchor, tag) => self.begin(Kind::Mapping(Vec::new()), anchor, tag.as_deref(), at),
            Event::SequenceEnd | Event::MappingEnd => self.end(at),
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::DocumentStart(_) if self.root.is_some() => Err((at, Fault::SeveralDocuments)),
            Event::DocumentStart(_) | Event::DocumentEnd => Ok(()),
            Event::StreamStart | Event::StreamEnd | Event::Nothing => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        at: Position,
    ) -> Result<(), Failure> {
        self.count(1, at)?;
        if let Some(open) = self.awaiting_key() {
            if tag.is_some_and(|tag| !tag.is_yaml_core_schema()) {
                return Err((at, Fault::KeyNotText));
            }
            let merge = text == "<<" && style == ScalarStyle::Plain;
            open.key = Some(Key { text: text.to_owned(), at, merge });
            if anchor != 0 {
                self.anchors.insert(anchor, (Node::new(Kind::String(text.to_owned()), at), 1));
            }
            return Ok(());
        }
        let (kind, tag) = match tag {
            None if style == ScalarStyle::Plain => (resolve(text), None),
            None => (Kind::String(text.to_owned()), None),
            Some(tag) => tagged(text, tag).map_err(|fault| (at, fault))?,
        };
        self.attach(Node { kind, at, tag }, anchor, 1)
    }

    fn begin(&mut self, kind: Kind, anchor: usize, tag: Option<&Tag>, at: Position) -> Result<(), Failure> {
        if self.awaiting_key().is_some() {
            return Err((at, Fault::KeyNotText));
        }
        if self.open.len() >= self.limits.depth {
            return Err((at, Fault::TooDeep { limit: self.limits.depth }));
        }
        let tag = match tag {
            Some(tag) if tag.is_yaml_core_schema() && !matches!(tag.suffix.as_str(), "seq" | "map") => {
                return Err((at, Fault::UnsupportedTag(tag.suffix.clone())));
            }
            other => other.and_then(local_tag),
        };
        let nodes_before = self.nodes;
        self.count(1, at)?;
        self.open.push(Open { node: Node { kind, at, tag }, anchor, nodes_before, key: None, merged: Vec::new() });
        Ok(())
    }

    fn end(&mut self, at: Position) -> Result<(), Failure> {
        let Some(Open { mut node, anchor, nodes_before, merged, .. }) = self.open.pop() else {
            return Err((at, Fault::Syntax("not valid YAML: something ends that never began".to_owned())));
        };
        if let Kind::Mapping(entries) = &mut node.kind {
            refuse_duplicates(entries)?;
            if !merged.is_empty() {
                *entries = merge(merged, std::mem::take(entries));
            }
        }
        let size = self.nodes - nodes_before;
        self.attach(node, anchor, size)
    }

    /// An alias repeats its anchor's value, counted in full: a document of a few lines can ask for billions.
    fn alias(&mut self, anchor: usize, at: Position) -> Result<(), Failure> {
        let Some((node, size)) = self.anchors.get(&anchor) else {
            return Err((at, Fault::AliasOfItself));
        };
        let (node, size) = (node, *size);
        if self.open.len() + depth_of(node) > self.limits.depth {
            return Err((at, Fault::TooDeep { limit: self.limits.depth }));
        }
        if self.nodes.saturating_add(size) > self.limits.nodes {
            return Err((at, Fault::TooManyNodes { limit: self.limits.nodes }));
        }
        let node = node.clone();
        self.nodes += size;
        if let Some(open) = self.awaiting_key() {
            let Kind::String(text) = node.kind else { return Err((at, Fault::KeyNotText)) };
            open.key = Some(Key { text, at, merge: false });
            return Ok(());
        }
        self.attach(node, 0, size)
    }

    fn attach(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), Failure> {
        if anchor != 0 {
            // Kept copies count too: anchors nested in anchors would otherwise multiply memory unseen.
            self.count(size, node.at)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match (&mut open.node.kind, open.key.take()) {
            (Kind::Sequence(items), _) => items.push(node),
            (Kind::Mapping(_), Some(key)) if key.merge => merge_sources(node, &mut open.merged)?,
            (Kind::Mapping(entries), Some(key)) => entries.push(Entry { key: key.text, key_at: key.at, value: node }),
            _ => return Err((node.at, Fault::KeyNotText)),
        }
        Ok(())
    }

    /// The innermost mapping, where it expects a key next.
    fn awaiting_key(&mut self) -> Option<&mut Open> {
        self.open.last_mut().filter(|open| matches!(open.node.kind, Kind::Mapping(_)) && open.key.is_none())
    }

    fn count(&mut self, nodes: usize, at: Position) -> Result<(), Failure> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > self.limits.nodes {
            return Err((at, Fault::TooManyNodes { limit: self.limits.nodes }));
        }
        Ok(())
    }
}

/// Levels of mappings and sequences; bounded, because every part was parsed under the depth limit.
fn depth_of(node: &Node) -> usize {
    match &node.kind {
        Kind::Sequence(items) => 1 + items.iter().map(depth_of).max().unwrap_or(0),
        Kind::Mapping(entries) => 1 + entries.iter().map(|entry| depth_of(&entry.value)).max().unwrap_or(0),
        _ => 0,
    }
}

fn merge_sources(node: Node, merged: &mut Vec<Entry>) -> Result<(), Failure> {
    match node.kind {
        Kind::Mapping(entries) => merged.extend(entries),
        Kind::Sequence(items) if items.iter().all(|item| matches!(item.kind, Kind::Mapping(_))) => {
            for item in items {
                merge_sources(item, merged)?;
            }
        }
        _ => return Err((node.at, Fault::MergeNotMapping)),
    }
    Ok(())
}

/// Merged entries first, as PyYAML orders them; what the mapping itself says wins, then the earlier source.
fn merge(merged: Vec<Entry>, own: Vec<Entry>) -> Vec<Entry> {
    let mut taken: std::collections::BTreeSet<String> = own.iter().map(|entry| entry.key.clone()).collect();
    let mut all: Vec<Entry> = merged.into_iter().filter(|entry| taken.insert(entry.key.clone())).collect();
    all.extend(own);
    all
}

/// Two equal keys in one mapping: the later one is refused.
pub(super) fn refuse_duplicates(entries: &[Entry]) -> Result<(), Failure> {
    let mut order: Vec<&Entry> = entries.iter().collect();
    order.sort_by(|one, other| (&one.key, one.key_at).cmp(&(&other.key, other.key_at)));
    let twice = order.windows(2).filter(|pair| pair[0].key == pair[1].key).min_by_key(|pair| pair[1].key_at);
    match twice {
        Some(pair) => Err((pair[1].key_at, Fault::DuplicateKey { key: pair[1].key.clone(), first: pair[0].key_at })),
        None => Ok(()),
    }
}

fn local_tag(tag: &Tag) -> Option<String> {
    let suffix = if tag.handle.is_empty() { tag.suffix.trim_start_matches('!') } else { tag.suffix.as_str() };
    (!tag.is_yaml_core_schema() && !suffix.is_empty()).then(|| suffix.to_owned())
}

/// A scalar with a tag: `!Sub 5` is the text `5`, `!!int 5` the number.
fn tagged(text: &str, tag: &Tag) -> Result<(Kind, Option<String>), Fault> {
    if !tag.is_yaml_core_schema() {
        return Ok((Kind::String(text.to_owned()), local_tag(tag)));
    }
    match tag.suffix.as_str() {
        "str" | "timestamp" => Ok((Kind::String(text.to_owned()), None)),
        "int" | "float" | "bool" | "null" => Ok((resolve(text), None)),
        other => Err(Fault::UnsupportedTag(other.to_owned())),
    }
}

/// What a plain scalar means in YAML 1.1 (<https://yaml.org/type/>), short of what nobody writes on purpose:
/// octal, hexadecimal and base 60 numbers and dates stay text.
fn resolve(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Kind::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Kind::Bool(false),
        other if is_number(other) => Kind::Number(other.to_owned()),
        other => Kind::String(other.to_owned()),
    }
}

/// Whether this is a decimal number: sign, digits without needless leading zeros, fraction, exponent.
pub fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    let empty = whole.is_empty() && fraction.is_empty();
    !(empty || leading_zero)
        && digits(whole)
        && digits(fraction)
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}
