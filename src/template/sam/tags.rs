//! Tags: a mapping in SAM, a list in CloudFormation.

use super::build::At;
use super::tree::is_intrinsic;
use crate::source::{Kind, Node};

/// `[{"Key": …, "Value": …}]` of a mapping; an intrinsic function stays what it is.
pub(super) fn list(tags: &Node, at: At) -> Node {
    if is_intrinsic(tags) || matches!(tags.kind, Kind::Sequence(_)) {
        return tags.clone();
    }
    at.list(tags.entries().iter().map(|tag| {
        let at = At(tag.key_at);
        let value = if tag.value.kind == Kind::Null { at.text("") } else { tag.value.clone() };
        at.map([("Key", at.text(&tag.key)), ("Value", value)])
    }))
}

/// The tag by which SAM marks what it made, `lambda:createdBy` for example, and the tags of the resource.
pub(super) fn with_mark(mark: &str, tags: Option<&Node>, at: At) -> Node {
    let mark = at.map([("Key", at.text(mark)), ("Value", at.text("SAM"))]);
    match tags {
        None => at.list([mark]),
        Some(tags) if is_intrinsic(tags) => tags.clone(),
        Some(tags) => at.list(std::iter::once(mark).chain(list(tags, At(tags.at)).items().iter().cloned())),
    }
}
