//! The stacks of the matrix: small ones that together make a hook call everything it can call.

use std::collections::BTreeSet;

use fitgate::{check::Default, checks, event::HookEvent, policy::Mode};
use serde_json::{Value, json};

use super::{HISTORY, PROFILE};
use crate::double::{Double, Fault, Sample, Which};

/// A stack, and the way to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// The deployed function, its alias and its deployment group.
    Lone,
    /// The function and a bucket.
    Bucket,
    /// The function and a table.
    Table,
    /// The function and what stands around it.
    Function,
    /// The function, of which CodeDeploy's target does not tell, and whose deployment names no stack.
    Detour,
    /// Bucket and table, of which all is asked that a policy can ask.
    Asked,
}

/// What each stack needs: something to deploy, and something to break.
const DEPLOYED: &[&str] =
    &["Orders", "OrdersVersion", "OrdersLive", "OrdersDeploymentGroup", "OrdersErrors", "OrdersPermission"];

const BUCKET: &[&str] = &["Data", "DataPolicy"];
const TABLE: &[&str] = &["Customers", "CustomersReadTarget", "CustomersReadPolicy"];
const AROUND: &[&str] = &["OrdersInvokeConfig", "OrdersOfQueue", "Jobs"];

impl Piece {
    /// Those that cost least first: an operation is tried in the first one that calls it.
    pub(super) const ALL: [Self; 6] =
        [Self::Lone, Self::Bucket, Self::Table, Self::Function, Self::Detour, Self::Asked];

    /// The resources of the shop that it has.
    fn keeps(self, logical: &str) -> bool {
        let of = |parts: &[&[&str]]| parts.iter().any(|part| part.contains(&logical));
        match self {
            Self::Bucket => of(&[DEPLOYED, BUCKET]),
            Self::Table => of(&[DEPLOYED, TABLE]),
            Self::Function => of(&[DEPLOYED, AROUND]),
            Self::Lone | Self::Detour => of(&[DEPLOYED]),
            Self::Asked => of(&[DEPLOYED, BUCKET, TABLE]),
        }
    }

    /// The owner's policy: the shipped one, but for the mode and the checks that are asked.
    pub(super) fn policy(self, mode: Mode) -> String {
        let mode = if mode == Mode::Observe { "observe" } else { "enforce" };
        let opt_in = checks::all().filter(|check| self == Self::Asked && check.default == Default::OptIn);
        let on: Vec<String> = opt_in.map(|check| format!("{}: on", check.id)).collect();
        format!("version: 1\nmode: {mode}\nchecks: {{{}}}\n", on.join(", "))
    }

    /// The stack: in good order, or with one thing that no shipped policy lets through.
    fn sample(self, good: bool) -> Sample {
        let mut sample = Sample::shop();
        let template = sample.template();
        let all: BTreeSet<&String> = template["Resources"].as_object().expect("resources").keys().collect();
        all.into_iter().filter(|logical| !self.keeps(logical)).for_each(|logical| sample.without(logical));
        match self {
            _ if good => {}
            Self::Bucket | Self::Asked => open(&mut sample),
            // Anybody may call the function.
            _ => {
                sample.property("OrdersPermission", "Principal", json!("*"));
                ["SourceArn", "SourceAccount"]
                    .iter()
                    .for_each(|name| sample.property("OrdersPermission", name, Value::Null));
            }
        }
        sample
    }

    /// A double with the stack, a history, a policy, and a deployment whose first hook waits.
    pub(super) fn waiting(self, good: bool, mode: Mode) -> (Double, HookEvent) {
        let double = self.sample(good).double();
        double.set("dynamodb:DescribeTable", HISTORY, crate::history::schema());
        double.set("appconfigdata:GetLatestConfiguration", PROFILE, json!({ "Content": self.policy(mode) }));
        let event = match self {
            Self::Detour => double.deploys_without_stack(),
            _ => double.deploys(),
        };
        (double, event)
    }

    /// What goes wrong in each of its cases, and leads to calls that nobody makes otherwise.
    pub(super) fn mislead(self, double: &Double) {
        if self == Self::Detour {
            double.fail("codedeploy:BatchGetDeploymentTargets", Which::Always, Fault::Denied);
            // The first one asks for the tag that names the stack.
            double.fail("lambda:GetFunction", Which::Times(1), Fault::Denied);
        }
    }
}

/// Anybody may read the bucket.
fn open(sample: &mut Sample) {
    sample.property("Data", "PublicAccessBlockConfiguration", Value::Null);
    let statement = json!({
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop-data/*",
    });
    let document = json!({"Version": "2012-10-17", "Statement": [statement]});
    sample.property("DataPolicy", "PolicyDocument", document);
}
