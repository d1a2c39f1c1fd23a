//! CloudFormation, SAM and CDK templates: bytes in, facts with source positions out.
