//! Which function a text calls, and by which qualifier.

use crate::{facts::Why, inventory::LogicalId};

/// Whom an invocation calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FunctionTarget {
    /// A function of this stack.
    Function {
        /// The function.
        function: LogicalId,
        /// Which of its versions, and by what name.
        qualifier: Qualifier,
    },
    /// A function that is known not to be in this stack.
    Elsewhere,
    /// Nobody can tell.
    Unknown(Why),
}

/// What stands behind the function's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Qualifier {
    /// Nothing: the unqualified ARN, which runs `$LATEST`.
    Unqualified,
    /// `$LATEST`, written out.
    Latest,
    /// A published version; its number where the text says it.
    Version(Option<String>),
    /// An alias.
    Alias {
        /// Its name, where that is known.
        name: Option<String>,
        /// Its resource, where it is one of this stack.
        resource: Option<LogicalId>,
    },
    /// Nobody can tell.
    Unknown(Why),
}

impl FunctionTarget {
    /// The function of this stack that is called, if it is one.
    pub fn function(&self) -> Option<&LogicalId> {
        match self {
            Self::Function { function, .. } => Some(function),
            Self::Elsewhere | Self::Unknown(_) => None,
        }
    }

    /// The same function by another qualifier.
    pub(crate) fn qualified(self, qualifier: Qualifier) -> Self {
        match self {
            Self::Function { function, qualifier: Qualifier::Unqualified } => Self::Function { function, qualifier },
            other => other,
        }
    }
}

impl Qualifier {
    /// Whether both are the same ARN; `None` where that is known only after deployment.
    pub fn same(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Unknown(_), _) | (_, Self::Unknown(_)) => None,
            (Self::Unqualified, Self::Unqualified) | (Self::Latest, Self::Latest) => Some(true),
            (Self::Version(mine), Self::Version(theirs)) => Some(mine.as_ref()? == theirs.as_ref()?),
            (Self::Alias { name, resource }, Self::Alias { name: other_name, resource: other_resource }) => {
                match (resource, other_resource) {
                    (Some(mine), Some(theirs)) => Some(mine == theirs),
                    _ => Some(name.as_ref()? == other_name.as_ref()?),
                }
            }
            _ => Some(false),
        }
    }

    /// In words: "the alias live".
    pub fn in_words(&self) -> String {
        match self {
            Self::Unqualified => "the bare function ($LATEST)".to_owned(),
            Self::Latest => "$LATEST".to_owned(),
            Self::Version(Some(number)) => format!("version {number}"),
            Self::Version(None) => "a fixed version".to_owned(),
            Self::Alias { name: Some(name), .. } => format!("the alias {name}"),
            Self::Alias { resource: Some(resource), .. } => format!("the alias {resource}"),
            Self::Alias { .. } => "an alias".to_owned(),
            Self::Unknown(_) => "a qualifier that is not known".to_owned(),
        }
    }
}
