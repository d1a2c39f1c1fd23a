//! What must be observed for a check: an AWS operation, and the IAM action that permits it.

/// One operation that a check needs on a live stack. The hooks' IAM policy and their calls follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// `cloudformation:GetTemplate`: resource attributes such as DeletionPolicy.
    StackTemplate,
    /// `s3:GetBucketEncryption`
    BucketEncryption,
}

impl Need {
    /// Every need, in the order declared.
    pub const ALL: &[Self] = &[Self::StackTemplate, Self::BucketEncryption];

    /// Service and operation as the SDK names them, `s3:GetBucketEncryption`.
    pub fn operation(self) -> &'static str {
        self.row().0
    }

    /// The IAM action to grant, which often has another name: `s3:GetEncryptionConfiguration`.
    pub fn action(self) -> &'static str {
        self.row().1
    }

    fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::StackTemplate => ("cloudformation:GetTemplate", "cloudformation:GetTemplate"),
            Self::BucketEncryption => ("s3:GetBucketEncryption", "s3:GetEncryptionConfiguration"),
        }
    }
}
