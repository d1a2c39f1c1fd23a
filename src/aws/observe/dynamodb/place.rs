//! Where a table is: the region of the stack, or that of a replica.

use crate::aws::observe::Session;

/// The clients of one region.
#[derive(Debug, Clone)]
pub(in crate::aws::observe) struct Place {
    /// The region; none for the one of the stack.
    pub(in crate::aws::observe) region: Option<String>,
    pub(in crate::aws::observe) dynamodb: aws_sdk_dynamodb::Client,
    pub(in crate::aws::observe) scaling: aws_sdk_applicationautoscaling::Client,
    pub(in crate::aws::observe) kms: aws_sdk_kms::Client,
}

impl Place {
    /// The region of the stack.
    pub(in crate::aws::observe) fn here(session: &Session<'_>) -> Self {
        let clients = session.clients;
        Self {
            region: None,
            dynamodb: clients.dynamodb.clone(),
            scaling: clients.applicationautoscaling.clone(),
            kms: clients.kms.clone(),
        }
    }

    /// The region of a replica, with the same credentials, connections and retries.
    pub(in crate::aws::observe) fn in_region(session: &Session<'_>, region: &str) -> Self {
        use aws_sdk_dynamodb::config::Region;
        let clients = session.clients;
        let at = || Region::new(region.to_owned());
        let dynamodb = clients.dynamodb.config().to_builder().region(at());
        let scaling = clients.applicationautoscaling.config().to_builder().region(at());
        let kms = clients.kms.config().to_builder().region(at());
        Self {
            region: Some(region.to_owned()),
            dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
            scaling: aws_sdk_applicationautoscaling::Client::from_conf(scaling.build()),
            kms: aws_sdk_kms::Client::from_conf(kms.build()),
        }
    }
}
