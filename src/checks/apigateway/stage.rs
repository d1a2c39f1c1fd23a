//! Stages of REST APIs: what is logged, traced and measured of their requests.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::Untyped,
    need::Need,
};

/// Checks of `AWS::ApiGateway::Stage`.
pub(crate) const CHECKS: &[Check] = &[Check {
    id: "apigw-xray",
    title: "API stage is traced",
    why: "A slow or failing request cannot be followed from the API to the function behind it.",
    fix: "Set TracingEnabled: true.",
    absent: "Requests are not traced.",
    reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html",
    pillar: Pillar::Operations,
    severity: Severity::Low,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::RestApiStages],
    applies: Applies::Each(&["AWS::ApiGateway::Stage"], xray),
}];

fn xray(stage: &Untyped, _: &Yardstick) -> Option<Verdict> {
    Some(stage.must_be_true("TracingEnabled", "TracingEnabled is not true: requests are not traced"))
}
