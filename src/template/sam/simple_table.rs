//! `AWS::Serverless::SimpleTable`: a DynamoDB table with one key.
//!
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-simpletable.html>

use super::build::At;
use super::expansion::Expansion;
use super::resource::Generated;
use crate::source::Node;

const COPIED: &[&str] = &["PointInTimeRecoverySpecification", "ProvisionedThroughput", "SSESpecification", "TableName"];

/// Replaces the table by the one that SAM generates.
pub(super) fn expand(expansion: &mut Expansion<'_>, id: &str) {
    let Some(table) = expansion.take(id) else { return };
    let at = table.place("PrimaryKey");
    let key = table.filled("PrimaryKey");
    let part = |name: &str| key.and_then(|key| key.get(name)).and_then(Node::as_str);
    let r#type = match (key, part("Type")) {
        (None, _) | (_, Some("String")) => "S",
        (_, Some("Number")) => "N",
        (_, Some("Binary")) => "B",
        _ => {
            expansion.refuse(id, at, "`PrimaryKey.Type` must be String, Number or Binary");
            "S"
        }
    };
    let default = at.text("id");
    let name = key.and_then(|key| key.get("Name")).unwrap_or(&default);
    let attribute = at.map([("AttributeName", name.clone()), ("AttributeType", at.text(r#type))]);
    let hash = at.map([("AttributeName", name.clone()), ("KeyType", at.text("HASH"))]);
    let mut generated = Generated::new(id, "AWS::DynamoDB::Table", table.at, table.own())
        .with("AttributeDefinitions", at.list([attribute]))
        .with("KeySchema", at.list([hash]))
        .with_copied(&table.properties, COPIED)
        .with_some("Tags", table.filled("Tags").map(|tags| super::tags::list(tags, At(tags.at))));
    if table.filled("ProvisionedThroughput").is_none() {
        generated.properties.set("BillingMode", table.at.text("PAY_PER_REQUEST"));
    }
    let known: [&[&str]; 2] = [COPIED, &["PrimaryKey", "Tags"]];
    generated.keep_unknown(expansion, "AWS::Serverless::SimpleTable", &table.properties, &known);
    expansion.emit(generated);
    expansion.finish(&table, &[]);
}
