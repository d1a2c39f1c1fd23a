# The release of a function that Terraform manages, judged by fitgate's hooks before and after the shift.
# The hooks are installed in the same account and region: see "Install the hooks" in the README.
#
# Terraform's functions belong to no CloudFormation stack: fitgate judges the function alone, and says so.

data "aws_lambda_function" "pre_traffic" {
  function_name = "CodeDeployHook_fitgate_pre_traffic"
}

data "aws_lambda_function" "post_traffic" {
  function_name = "CodeDeployHook_fitgate_post_traffic"
}

module "greet" {
  source = "terraform-aws-modules/lambda/aws"

  function_name = "greet"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  source_path   = "${path.module}/src"
  publish       = true
}

module "alias" {
  source = "terraform-aws-modules/lambda/aws//modules/alias"

  name          = "live"
  function_name = module.greet.lambda_function_name
  # CodeDeploy moves the alias; Terraform must not move it back.
  refresh_alias = false
}

module "release" {
  source = "terraform-aws-modules/lambda/aws//modules/deploy"

  function_name  = module.greet.lambda_function_name
  alias_name     = module.alias.lambda_alias_name
  target_version = module.greet.lambda_function_version

  create_app              = true
  app_name                = "greet"
  create_deployment_group = true
  deployment_group_name   = "live"
  deployment_config_name  = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
  auto_rollback_events    = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]

  # The names begin with CodeDeployHook_, so the role that the module makes may call them.
  before_allow_traffic_hook_arn = data.aws_lambda_function.pre_traffic.arn
  after_allow_traffic_hook_arn  = data.aws_lambda_function.post_traffic.arn

  create_deployment          = true
  run_deployment             = true
  wait_deployment_completion = true
}
