//! `FunctionUrlConfig`: a function URL, and the permissions that an open one needs.

use super::events::Invoked;
use super::expansion::Expansion;
use super::resource::{Generated, SamResource};
use super::tree::is_intrinsic;
use crate::source::Node;

/// Adds the URL of a function that has one.
pub(super) fn generate(expansion: &mut Expansion<'_>, function: &SamResource, invoked: &Invoked) {
    let Some(config) = function.filled("FunctionUrlConfig") else { return };
    let at = function.place("FunctionUrlConfig");
    let auth = config.get("AuthType");
    if auth.is_none() && !is_intrinsic(config) {
        expansion.refuse(&function.id, at, "`FunctionUrlConfig` needs `AuthType`, AWS_IAM or NONE");
    }
    let url = Generated::new(format!("{}Url", function.id), "AWS::Lambda::Url", at, function.handed_on())
        .with_copied(config, &["Cors", "AuthType", "InvokeMode"])
        .with("TargetFunctionArn", invoked.name(at));
    expansion.emit(url);
    if auth.and_then(Node::as_str) == Some("NONE") {
        let id = format!("{}UrlPublicPermissions", function.id);
        let open = Generated::new(id, "AWS::Lambda::Permission", at, function.handed_on())
            .with("Action", at.text("lambda:InvokeFunctionUrl"))
            .with("FunctionName", invoked.name(at))
            .with("Principal", at.text("*"))
            .with("FunctionUrlAuthType", at.text("NONE"));
        expansion.emit(open);
        let id = format!("{}URLInvokeAllowPublicAccess", function.id);
        let invoke = Generated::new(id, "AWS::Lambda::Permission", at, function.handed_on())
            .with("Action", at.text("lambda:InvokeFunction"))
            .with("FunctionName", invoked.name(at))
            .with("Principal", at.text("*"))
            .with("InvokedViaFunctionUrl", at.flag(true));
        expansion.emit(invoke);
    }
}
