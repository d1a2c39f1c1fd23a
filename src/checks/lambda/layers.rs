//! Whose code a layer is.

use super::{joined, verdict};
use crate::{
    check::{Verdict, Yardstick},
    facts::{Observed, Part, Text, Why, lambda::Function},
};

/// Accounts from which AWS publishes layers, the same in all commercial regions.
///
/// Lambda Insights, Powertools for AWS Lambda, AWS Distro for OpenTelemetry, AWS SDK for pandas. Extensions whose
/// account differs by region (AppConfig, Parameters and Secrets) belong into the policy's trusted accounts.
const PUBLISHED_BY_AWS: &[&str] = &["580247275435", "017000801446", "901920570463", "336392948345"];

pub(super) fn same_account(function: &Function, yardstick: &Yardstick) -> Option<Verdict> {
    let layers = match &function.layers {
        Observed::Absent => return None,
        Observed::Unknown(why) => return Some(Verdict::inconclusive(why.clone()).at("Layers")),
        Observed::Present(layers) if layers.is_empty() => return None,
        Observed::Present(layers) => layers,
    };
    let judged = layers.iter().enumerate().map(|(index, layer)| {
        let judged = match layer {
            Observed::Present(layer) => owned(layer, function, yardstick),
            Observed::Absent => Ok(Verdict::Pass),
            Observed::Unknown(why) => Err(why.clone()),
        };
        verdict(judged, &format!("Layers[{index}]"))
    });
    judged.reduce(Verdict::worse)
}

fn owned(layer: &Text, function: &Function, yardstick: &Yardstick) -> Result<Verdict, Why> {
    let account = match owner(layer) {
        Owner::Own => return Ok(Verdict::Pass),
        Owner::Unknown => return Err(layer.why_unresolved()),
        Owner::Account(account) => account,
    };
    if yardstick.trusted_accounts.contains(&account) || PUBLISHED_BY_AWS.contains(&account.as_str()) {
        return Ok(Verdict::Pass);
    }
    match joined(&function.account) {
        Ok(own) => Ok(Verdict::pass_if(*own == account, format!("the layer belongs to account {account}"))),
        Err(why) => Err(Why::NotObserved(format!("whether account {account} is the stack's own is not known: {why}"))),
    }
}

/// Whose a layer is, by its ARN.
enum Owner {
    /// The account of the stack.
    Own,
    /// This one.
    Account(String),
    /// Nobody can tell.
    Unknown,
}

/// `arn:aws:lambda:region:ACCOUNT:layer:name:version`, or a reference to a layer of the stack.
fn owner(layer: &Text) -> Owner {
    match layer.parts() {
        [Part::Reference { attribute: None, .. }] => return Owner::Own,
        [Part::Reference { attribute: Some(name), .. }] if name == "LayerVersionArn" => return Owner::Own,
        _ => {}
    }
    let mut colons = 0;
    let mut account = String::new();
    for part in layer.parts() {
        match part {
            Part::Literal(text) => {
                for piece in text.split_inclusive(':') {
                    if colons == 4 {
                        account.push_str(piece.trim_end_matches(':'));
                    }
                    colons += usize::from(piece.ends_with(':'));
                }
            }
            Part::Pseudo(name) if colons == 4 && name == "AWS::AccountId" => return Owner::Own,
            // No partition and no region holds a colon.
            Part::Pseudo(_) if colons < 4 => {}
            _ if colons > 4 => {}
            _ => return Owner::Unknown,
        }
    }
    let known = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    if known { Owner::Account(account) } else { Owner::Unknown }
}
