//! The templates that are kept here, whoever wrote or generated them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use fitgate::source::{Limits, Node, parse};

use super::large;

/// A template as it is written.
pub(crate) struct Document {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    /// As parsed.
    pub(crate) root: Node,
}

/// Folders that hold no templates, or fixtures that another test reads.
const NOT: [&str; 2] = ["checks", "schemas"];

/// Every file with resources: templates for people, SAM's and what its translator makes of them, the CDK's output; and
/// a generated one.
pub(crate) fn documents() -> Vec<Document> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("template.yaml")];
    ["tests", "examples"].iter().for_each(|folder| collect(&root.join(folder), &mut files));
    files.sort();
    let mut documents: Vec<Document> = files.iter().filter_map(|file| read(root, file)).collect();
    documents.extend(document("large.yaml".to_owned(), large::template(64).into_bytes()));
    documents
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if entry.is_dir() && !NOT.contains(&name) {
            collect(&entry, files);
        } else if [".yaml", ".yml", ".json", ".template"].iter().any(|end| name.ends_with(end)) {
            files.push(entry);
        }
    }
}

fn read(root: &Path, file: &Path) -> Option<Document> {
    let name = file.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
    document(name, fs::read(file).expect("a file"))
}

/// None where it holds no resources.
fn document(name: String, bytes: Vec<u8>) -> Option<Document> {
    let root = parse(&name, &bytes, &Limits::default()).ok()?;
    let resources = root.get("Resources").map(Node::entries).unwrap_or_default();
    let typed = resources.iter().any(|resource| resource.value.get("Type").is_some());
    typed.then_some(Document { name, bytes, root })
}
