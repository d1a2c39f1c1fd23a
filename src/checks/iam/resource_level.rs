//! Which actions can be limited to a resource.
//!
//! `resource_level.txt` names those that the Service Authorization Reference lists with a resource type, of the services
//! that serverless stacks keep data and code in, as `cfn-lint` 1.58.0 (MIT-0) ships them.
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
//! Every other action takes no resource, or nobody looked it up: it is never blamed for `Resource: "*"`. CloudWatch Logs
//! is left out on purpose: to write logs anywhere is what AWS's own execution roles allow.

use crate::facts::{
    Text, Why,
    iam::{Known, any_known, matches_action},
};

const ACTIONS: &str = include_str!("resource_level.txt");

/// An action that the pattern means and that could be limited to a resource; the service's name for a wildcard.
///
/// # Errors
/// With the reason, where a part nobody knows decides it.
pub(super) fn limitable(pattern: &Text) -> Result<Option<&'static str>, Why> {
    let found = |action: &&str| matches_action(pattern, action) == Ok(true);
    let service = pattern.literal_prefix().split_once(':').map(|(service, _)| service.to_ascii_lowercase());
    let of_service = |action: &&str| match &service {
        Some(service) => action.split_once(':').is_some_and(|(of, _)| of == service),
        None => true,
    };
    let action = ACTIONS.lines().filter(of_service).find(found);
    if action.is_some() || pattern.as_str().is_some() {
        return Ok(action);
    }
    let may: Known = any_known(ACTIONS.lines().filter(of_service).map(|action| matches_action(pattern, action)));
    may.map(|_| None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_sorted_and_written_in_lower_case() {
        let actions: Vec<&str> = ACTIONS.lines().collect();
        assert!(actions.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(actions.iter().all(|action| action.contains(':') && *action == action.to_lowercase()));
    }

    #[test]
    fn what_takes_no_resource_is_never_blamed() {
        for action in [
            "xray:PutTraceSegments",
            "cloudwatch:PutMetricData",
            "sqs:ListQueues",
            "ecr:GetAuthorizationToken",
            "kms:GenerateRandom",
            "secretsmanager:GetRandomPassword",
            "ec2:CreateNetworkInterface",
            "logs:PutLogEvents",
            "kms:List*Aliases",
            "newservice:*",
        ] {
            assert_eq!(limitable(&Text::literal(action)), Ok(None), "{action}");
        }
        for action in ["SQS:sendmessage", "s3:Get*", "*", "dynamodb:*", "kms:Decrypt"] {
            assert!(matches!(limitable(&Text::literal(action)), Ok(Some(_))), "{action}");
        }
    }
}
