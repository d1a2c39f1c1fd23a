//! The JSON schema of a policy, from the types that hold it: for editors.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::{CheckRule, CheckRules, Policy};
use crate::{
    check::{Pillar, Severity},
    checks,
    points::Score,
};

/// The schema, as JSON Schema draft 2020-12.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Policy).to_value();
    if let Value::Object(map) = &mut schema {
        map.insert("title".to_owned(), json!("fitgate policy"));
    }
    schema
}

/// `on`, `off`, `true` or `false`.
pub(super) fn switch(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": [true, false, "on", "off"] })
}

/// A day without a time.
pub(super) fn date(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" })
}

/// A least fitness for some of the pillars.
pub(super) fn by_pillar(generator: &mut SchemaGenerator) -> Schema {
    let limit = generator.subschema_for::<Score>().to_value();
    closed(Pillar::ALL.map(|pillar| (pillar.name(), limit.clone())))
}

/// A number for some of the severities.
pub(super) fn limits(_: &mut SchemaGenerator) -> Schema {
    let limit = json!({ "type": "integer", "minimum": 0, "maximum": 1_000_000 });
    closed(Severity::ALL.map(|severity| (severity.name(), limit.clone())))
}

fn closed(properties: impl IntoIterator<Item = (&'static str, Value)>) -> Schema {
    let properties: Map<String, Value> = properties.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}

impl schemars::JsonSchema for CheckRules {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CheckRules".into()
    }

    /// Every check by name, so that an editor completes them and shows their titles.
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let rule = generator.subschema_for::<CheckRule>().to_value();
        let switch = switch(generator).to_value();
        let mut known = closed(checks::catalogue().map(|check| {
            let rule = json!({ "description": check.title, "anyOf": [switch, rule] });
            (check.id, rule)
        }));
        // Which rules an owner has, no schema can know.
        let own = json!({ "^own-": { "anyOf": [switch, rule] } });
        known.insert("patternProperties".to_owned(), own);
        known
    }
}

impl schemars::JsonSchema for Score {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Score".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0, "maximum": 100 })
    }
}
