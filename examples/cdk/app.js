// A function that the CDK releases gradually, judged by fitgate's hooks before and after the shift.
// The hooks are installed in the same account and region: see "Install the hooks" in the README.

const { App, Stack } = require("aws-cdk-lib");
const { LambdaDeploymentConfig, LambdaDeploymentGroup } = require("aws-cdk-lib/aws-codedeploy");
const { Alias, Code, Function, Runtime } = require("aws-cdk-lib/aws-lambda");

class Greetings extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);

    const greet = new Function(this, "Greet", {
      runtime: Runtime.NODEJS_22_X,
      handler: "index.handler",
      code: Code.fromInline("exports.handler = async () => ({ statusCode: 200, body: 'Hello' });"),
    });
    // Callers use the alias: it is what CodeDeploy shifts.
    const alias = new Alias(this, "Live", { aliasName: "live", version: greet.currentVersion });
    const errors = alias.metricErrors().createAlarm(this, "Errors", { threshold: 1, evaluationPeriods: 1 });

    // The group's role may call them: preHook and postHook grant it.
    const hook = (name) => Function.fromFunctionName(this, name, `CodeDeployHook_fitgate_${name}`);
    new LambdaDeploymentGroup(this, "Release", {
      alias,
      deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
      alarms: [errors],
      preHook: hook("pre_traffic"),
      postHook: hook("post_traffic"),
    });
  }
}

new Greetings(new App(), "Greetings");
