//! One invocation of a hook, as metrics and history make it known.

use std::{fmt, time::Duration};

use jiff::Timestamp;

use crate::{
    deployment::Deployment,
    event::Answer,
    judgement::Judgement,
    world::{Mishap, Outage},
};

/// Whose trend a judgement belongs to: a stack, or a function that no stack holds.
///
/// Written `orders` and `function/orders`. No stack's name has a slash:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html>.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StackKey(String);

/// What comes before the name of a function that no stack holds.
const FUNCTION: &str = "function/";

/// More characters than any name of a stack (128) or a function (64) has.
const LONGEST: usize = 256;

impl StackKey {
    /// A stack, by its name. The functions of one stack are released one by one, but judged are the facts of the
    /// whole stack; so they share a trend, and each is compared with the last good release of any of them.
    pub fn stack(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// A function that no stack holds, by its name.
    pub fn function(name: &str) -> Self {
        Self(format!("{FUNCTION}{name}"))
    }

    /// A stack by its name or ARN, or `function/` and a function's name, as people write it.
    ///
    /// ```
    /// # use fitgate::aws::StackKey;
    /// let arn = "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders/1a2b";
    /// assert_eq!(StackKey::read(arn), Some(StackKey::stack("orders")));
    /// assert_eq!(StackKey::read("function/resize"), Some(StackKey::function("resize")));
    /// assert_eq!(StackKey::read(""), None);
    /// ```
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let name = match text.strip_prefix("arn:") {
            Some(arn) => arn.split_once(":stack/")?.1.split('/').next()?,
            None => text,
        };
        let named = name.strip_prefix(FUNCTION).unwrap_or(name);
        let fits = !named.is_empty() && named.len() <= LONGEST && !named.chars().any(char::is_control);
        fits.then(|| Self(name.to_owned()))
    }

    /// The text that stands in metrics and in the table.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StackKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What a hook did when it was called once, known or not.
#[derive(Debug, Clone, Copy)]
pub struct Invocation<'a> {
    /// Whose trend it belongs to; none where it did not come far enough to know.
    pub stack: Option<&'a StackKey>,
    /// The deployment, with its phase; none where it did not come far enough to know.
    pub deployment: Option<&'a Deployment>,
    /// What was judged, or why nothing was.
    pub outcome: Result<&'a Judgement, &'a Mishap>,
    /// What CodeDeploy was told, or was meant to be.
    pub answer: Answer,
    /// From the event to this moment.
    pub took: Duration,
    /// Calls to AWS so far.
    pub calls: u32,
    /// This moment.
    pub at: Timestamp,
}

/// An [`Outage`] of a step, from a fault or a lack of something.
pub(super) fn outage(step: impl Into<String>, why: crate::facts::Why) -> Outage {
    Outage { step: step.into(), why }
}
