//! CloudFormation, SAM and CDK templates: bytes in, facts with source positions out.

mod long_form;
pub mod sam;

pub use long_form::long_form;
