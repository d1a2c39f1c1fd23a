//! What CloudFormation says of stacks.

use fitgate::aws::Fault;

use crate::double::{Double, Stack};

#[tokio::test(start_paused = true)]
async fn cloudformation_lists_page_by_page() {
    let double = Double::new();
    double.page_size(2);
    let stack = (0..5).fold(Stack::named("shop"), |stack, n| {
        stack.with(&format!("Bucket{n}"), "AWS::S3::Bucket", &format!("bucket-{n}"))
    });
    double.stack(stack);
    let client = double.clients().cloudformation;
    let listed = client.list_stack_resources().stack_name("shop").into_paginator().items().send();
    let listed = listed.collect::<Result<Vec<_>, _>>().await.expect("pages");
    let physical: Vec<_> = listed.iter().filter_map(|resource| resource.physical_resource_id()).collect();
    assert_eq!(physical, ["bucket-0", "bucket-1", "bucket-2", "bucket-3", "bucket-4"]);
    assert_eq!(double.count("cloudformation:ListStackResources"), 3);
    let stranger = client.list_stack_resources().stack_name("shop").next_token("2+0/==").send().await;
    assert_eq!(Fault::of(&stranger.expect_err("a token of nobody")).code(), Some("ValidationError"));
}

#[tokio::test(start_paused = true)]
async fn stacks_tell_where_they_are_nested_and_what_they_hold() {
    let double = Double::new();
    let mut child = Stack::named("shop-child").with("Data", "AWS::S3::Bucket", "data");
    let parent = Stack::named("shop").with_nested("Child", &mut child).with_parameter("Stage", "prod");
    let parent = parent.with_template("Resources: {}").with_status("Gone", "AWS::SQS::Queue", "", "DELETE_COMPLETE");
    let (parent_id, child_id) = (parent.id(), child.id());
    double.stack(parent);
    double.stack(child);
    let client = double.clients().cloudformation;
    let described = client.describe_stacks().stack_name(&child_id).send().await.expect("the child");
    assert_eq!(described.stacks()[0].parent_id(), Some(parent_id.as_str()));
    assert_eq!(described.stacks()[0].root_id(), Some(parent_id.as_str()));
    let all = client.describe_stacks().send().await.expect("both");
    assert_eq!(all.stacks().len(), 2);
    assert_eq!(all.stacks()[0].parameters()[0].parameter_value(), Some("prod"));
    let listed = client.list_stack_resources().stack_name("shop").send().await.expect("resources");
    assert_eq!(listed.stack_resource_summaries()[0].physical_resource_id(), Some(child_id.as_str()));
    assert_eq!(listed.stack_resource_summaries()[1].physical_resource_id(), None);
    let holder = client.describe_stack_resources().physical_resource_id("data").send().await.expect("the holder");
    assert_eq!(holder.stack_resources()[0].stack_name(), Some("shop-child"));
    let template = client.get_template().stack_name("shop").send().await.expect("a template");
    assert_eq!(template.template_body(), Some("Resources: {}"));
}
