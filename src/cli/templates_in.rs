//! The templates of a folder: every file that looks like one, at any depth.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Trouble, input, note};
use crate::{
    source::{self, Limits, Node},
    template::cdk,
};

/// Endings of what CloudFormation's tools call templates.
const ENDINGS: &[&str] = &["yaml", "yml", "json", "template"];
/// Folders that hold what others made, besides hidden ones.
const OTHERS: &[&str] = &["node_modules", "target", "vendor"];
/// How deep folders may lie in each other, and how many files are looked at: whoever names `/` is told so.
const DEEPEST: usize = 24;
const MOST: usize = 20_000;

/// A folder that cannot be searched.
#[derive(Debug, thiserror::Error)]
enum FolderError {
    #[error(
        "{} is a directory without templates; name a template file, or the cdk.out folder of a synthesized CDK app",
        .0.display()
    )]
    Empty(PathBuf),
    #[error("{} holds more than {MOST} files; name a folder further down", .0.display())]
    TooLarge(PathBuf),
    #[error("cannot list {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
}

/// The paths of the templates below a folder, in the order of their names; a synthesized CDK app is one path.
pub(super) fn folder(path: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let mut search = Search { root: path, found: Vec::new(), files: 0 };
    search.enter(path, 0)?;
    if search.found.is_empty() {
        return Err(FolderError::Empty(path.to_owned()).into());
    }
    note(&format!("{} of the {} files in {} are templates", search.found.len(), search.files, path.display()));
    Ok(search.found)
}

struct Search<'a> {
    root: &'a Path,
    found: Vec<PathBuf>,
    /// Files with the ending of a template.
    files: usize,
}

impl Search<'_> {
    fn enter(&mut self, folder: &Path, depth: usize) -> Result<(), FolderError> {
        if folder.join(cdk::MANIFEST).is_file() {
            self.found.push(folder.to_owned());
            return Ok(());
        }
        let unreadable = |source| FolderError::Unreadable { path: folder.to_owned(), source };
        let entries = fs::read_dir(folder).map_err(unreadable)?;
        let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
        paths.sort();
        for path in paths {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.starts_with('.') || path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                if depth < DEEPEST && !OTHERS.contains(&name) {
                    self.enter(&path, depth + 1)?;
                }
            } else if path.extension().and_then(|ending| ending.to_str()).is_some_and(|it| ENDINGS.contains(&it)) {
                self.files += 1;
                if self.files > MOST {
                    return Err(FolderError::TooLarge(self.root.to_owned()));
                }
                if looks_like_one(&path) {
                    self.found.push(path);
                }
            }
        }
        Ok(())
    }
}

/// Whether a file is a template, or means to be one: one that cannot be read is an error that its owner wants to see.
fn looks_like_one(path: &Path) -> bool {
    let Ok(bytes) = input::read(path, "a template") else { return false };
    match source::parse(&path.display().to_string(), &bytes, &Limits::default()) {
        Ok(root) => is_template(&root),
        Err(_) => bytes.windows(MARK.len()).any(|window| window == MARK),
    }
}

/// What stands in nearly every template, and in little else.
const MARK: &[u8] = b"AWSTemplateFormatVersion";

fn is_template(root: &Node) -> bool {
    let resources = root.get("Resources").map(Node::entries).unwrap_or_default();
    resources.iter().any(|entry| {
        let r#type = entry.value.get("Type").and_then(Node::as_str);
        r#type.is_some_and(|r#type| r#type.starts_with("AWS::") || r#type.starts_with("Custom::"))
    })
}
