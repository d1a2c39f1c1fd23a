//! Changes to a document that was valid.

use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};

use super::values::tree;

/// One change somewhere.
#[derive(Debug, Clone)]
pub(crate) struct Edit {
    place: Index,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Replace(Value),
    Remove,
    /// Into a list of one, or into two.
    Wrap(bool),
    /// The value of another place.
    Copy(Index),
    Rename(String),
    /// So many lists around it.
    Bury(usize),
}

pub(crate) fn edits(keys: Vec<String>, most: usize) -> impl Strategy<Value = Vec<Edit>> {
    let what = prop_oneof![
        6 => tree(&keys).prop_map(What::Replace),
        2 => Just(What::Remove),
        1 => any::<bool>().prop_map(What::Wrap),
        3 => any::<Index>().prop_map(What::Copy),
        1 => prop::sample::select(keys).prop_map(What::Rename),
        1 => (1usize..90).prop_map(What::Bury),
    ];
    prop::collection::vec((any::<Index>(), what).prop_map(|(place, what)| Edit { place, what }), 0..most)
}

impl Edit {
    /// Changes the document below its top.
    pub(crate) fn apply(&self, document: &mut Value) {
        let mut paths = Vec::new();
        collect(document, String::new(), &mut paths);
        if paths.is_empty() {
            return;
        }
        let path = &paths[self.place.index(paths.len())];
        match &self.what {
            What::Replace(value) => set(document, path, value.clone()),
            What::Remove => remove(document, path, None),
            What::Rename(key) => remove(document, path, Some(key)),
            What::Wrap(twice) => change(document, path, |it| if *twice { json!([it, it]) } else { json!([it]) }),
            What::Copy(from) => {
                let copied = document.pointer(&paths[from.index(paths.len())]).cloned().unwrap_or_default();
                set(document, path, copied);
            }
            What::Bury(depth) => change(document, path, |it| (0..*depth).fold(it.clone(), |it, _| json!([it]))),
        }
    }
}

/// The JSON pointers of everything below the top.
fn collect(value: &Value, path: String, paths: &mut Vec<String>) {
    if !path.is_empty() {
        paths.push(path.clone());
    }
    match value {
        Value::Object(map) => {
            let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
            map.iter().for_each(|(key, inner)| collect(inner, format!("{path}/{}", escaped(key)), paths));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, inner)| collect(inner, format!("{path}/{index}"), paths));
        }
        _ => {}
    }
}

fn change(document: &mut Value, path: &str, change: impl Fn(&Value) -> Value) {
    if let Some(place) = document.pointer_mut(path) {
        *place = change(place);
    }
}

fn set(document: &mut Value, path: &str, value: Value) {
    change(document, path, |_| value.clone());
}

/// Takes a value away, and puts it under another key where one is given.
fn remove(document: &mut Value, path: &str, other: Option<&String>) {
    let Some((parent, last)) = path.rsplit_once('/') else { return };
    let last = last.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent) {
        Some(Value::Object(map)) => {
            if let (Some(value), Some(key)) = (map.remove(&last), other) {
                map.insert(key.clone(), value);
            }
        }
        Some(Value::Array(items)) => {
            if let Some(index) = last.parse().ok().filter(|index| *index < items.len()) {
                items.remove(index);
            }
        }
        _ => {}
    }
}
