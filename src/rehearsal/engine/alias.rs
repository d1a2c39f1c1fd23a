//! Functions as far as a traffic shift sees them: published versions, aliases, weights.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::deployment::{Version, Weight};

/// Where an alias sends its traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// `FunctionVersion`: what is left of the weights goes here.
    pub version: Version,
    /// `RoutingConfig.AdditionalVersionWeights`: Lambda knows at most one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional: Option<Additional>,
}

/// A second version behind an alias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Additional {
    /// The version.
    pub version: Version,
    /// Its share.
    pub weight: Weight,
}

impl Alias {
    /// An alias of one version.
    pub fn of(version: Version) -> Self {
        Self { version, additional: None }
    }

    /// An alias in the midst of a shift from `current` to `target`. All weight makes `target` its version.
    pub fn shifting(current: Version, target: Version, weight: Weight) -> Self {
        match weight {
            Weight::ALL => Self::of(target),
            Weight::NONE => Self::of(current),
            weight => Self { version: current, additional: Some(Additional { version: target, weight }) },
        }
    }

    /// The share of every version behind the alias; they sum up to 100 %.
    pub fn weights(&self) -> BTreeMap<Version, Weight> {
        match self.additional {
            None => BTreeMap::from([(self.version, Weight::ALL)]),
            Some(Additional { version, .. }) if version == self.version => BTreeMap::from([(version, Weight::ALL)]),
            Some(Additional { version, weight }) => BTreeMap::from([(self.version, weight.rest()), (version, weight)]),
        }
    }

    /// The share of one version.
    pub fn weight_of(&self, version: Version) -> Weight {
        self.weights().get(&version).copied().unwrap_or(Weight::NONE)
    }
}

/// Something that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LambdaError {
    /// No such function.
    #[error("there is no function `{0}`")]
    NoFunction(String),
    /// No such alias.
    #[error("function `{function}` has no alias `{alias}`")]
    NoAlias {
        /// The function.
        function: String,
        /// The alias.
        alias: String,
    },
    /// No such version.
    #[error("version {version} of function `{function}` is not published")]
    NotPublished {
        /// The function.
        function: String,
        /// The version.
        version: Version,
    },
}

/// The functions a rehearsal knows.
#[derive(Debug, Clone, Default)]
pub(super) struct Functions(BTreeMap<String, Function>);

#[derive(Debug, Clone, Default)]
struct Function {
    versions: BTreeSet<Version>,
    aliases: BTreeMap<String, Alias>,
}

impl Functions {
    pub(super) fn publish(&mut self, function: &str, version: Version) {
        self.0.entry(function.to_owned()).or_default().versions.insert(version);
    }

    /// Creates or changes an alias.
    pub(super) fn set_alias(&mut self, function: &str, alias: &str, to: Alias) -> Result<(), LambdaError> {
        self.published(function, to.version)?;
        if let Some(additional) = to.additional {
            self.published(function, additional.version)?;
        }
        let entry = self.0.get_mut(function).ok_or_else(|| LambdaError::NoFunction(function.to_owned()))?;
        entry.aliases.insert(alias.to_owned(), to);
        Ok(())
    }

    pub(super) fn alias(&self, function: &str, alias: &str) -> Result<Alias, LambdaError> {
        let no_alias = || LambdaError::NoAlias { function: function.to_owned(), alias: alias.to_owned() };
        self.function(function)?.aliases.get(alias).copied().ok_or_else(no_alias)
    }

    pub(super) fn published(&self, function: &str, version: Version) -> Result<(), LambdaError> {
        if self.function(function)?.versions.contains(&version) {
            return Ok(());
        }
        Err(LambdaError::NotPublished { function: function.to_owned(), version })
    }

    fn function(&self, name: &str) -> Result<&Function, LambdaError> {
        self.0.get(name).ok_or_else(|| LambdaError::NoFunction(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_changes_with_the_last_step_only() {
        let [one, two] = [1, 2].map(|number| Version::new(number).unwrap());
        for percent in 0..=100 {
            let alias = Alias::shifting(one, two, Weight::percent(percent));
            assert_eq!(alias.version, if percent == 100 { two } else { one });
            assert_eq!(alias.weight_of(two).as_percent(), percent);
            assert_eq!(alias.weights().values().map(|weight| u32::from(weight.as_percent())).sum::<u32>(), 100);
        }
    }

    #[test]
    fn only_published_versions_stand_behind_an_alias() {
        let [one, two] = [1, 2].map(|number| Version::new(number).unwrap());
        let mut functions = Functions::default();
        assert_eq!(functions.set_alias("fn", "live", Alias::of(one)), Err(LambdaError::NoFunction("fn".into())));
        functions.publish("fn", one);
        let half = Alias::shifting(one, two, Weight::percent(50));
        let missing = LambdaError::NotPublished { function: "fn".into(), version: two };
        assert_eq!(functions.set_alias("fn", "live", half), Err(missing));
        assert_eq!(functions.set_alias("fn", "live", Alias::of(one)), Ok(()));
        assert_eq!(functions.alias("fn", "live"), Ok(Alias::of(one)));
    }
}
