//! The sample application of template.yaml, provisioned.

use super::{ministack::Account, template::Template};

#[tokio::test]
async fn the_sample_application_is_provisioned() {
    let account = Account::open();
    let code = account.upload("sample.zip", b"no function is called here".to_vec()).await;
    let template = Template::read("template.yaml", include_bytes!("../../template.yaml"));
    let stack = account
        .create_stack("sample", &template.with_global_code(&code.bucket, &code.key), &[("Install", "sample")])
        .await;
    for (r#type, count) in [("AWS::S3::Bucket", 2), ("AWS::DynamoDB::Table", 2), ("AWS::Lambda::Function", 2)] {
        let found = stack.resources.values().filter(|resource| resource.r#type == r#type).count();
        assert_eq!(found, count, "{type}: {:?}", stack.resources);
    }
}
