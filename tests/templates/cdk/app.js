// A small application as the CDK synthesizes it: an API in front of a function that is released gradually, a queue
// whose messages it takes, a table and a bucket that it uses; and in a stack beside it a bucket that it reads, so that
// the output holds two templates and an import.

const { App, Duration, RemovalPolicy, Stack } = require("aws-cdk-lib");
const { LambdaIntegration, AuthorizationType, RestApi } = require("aws-cdk-lib/aws-apigateway");
const { TreatMissingData } = require("aws-cdk-lib/aws-cloudwatch");
const { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } = require("aws-cdk-lib/aws-codedeploy");
const { AttributeType, BillingMode, Table, TableEncryption } = require("aws-cdk-lib/aws-dynamodb");
const { Alias, Code, Function, Runtime, Tracing } = require("aws-cdk-lib/aws-lambda");
const { SqsEventSource } = require("aws-cdk-lib/aws-lambda-event-sources");
const { LogGroup, RetentionDays } = require("aws-cdk-lib/aws-logs");
const { BlockPublicAccess, Bucket, BucketEncryption } = require("aws-cdk-lib/aws-s3");
const { Queue } = require("aws-cdk-lib/aws-sqs");

class Catalogue extends Stack {
  constructor(scope, id) {
    super(scope, id);
    // Left as the CDK's defaults have it: a bucket without any setting.
    this.products = new Bucket(this, "Products");
  }
}

class Orders extends Stack {
  constructor(scope, id, { products }) {
    super(scope, id);

    const receipts = new Bucket(this, "Receipts", {
      encryption: BucketEncryption.KMS,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
    });
    const orders = new Table(this, "Orders", {
      partitionKey: { name: "id", type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // Left as the CDK's defaults have it: provisioned, without recovery.
    new Table(this, "Drafts", { partitionKey: { name: "id", type: AttributeType.STRING } });

    const order = this.gradual("Order", { handler: "order.handler", timeout: Duration.seconds(10) });
    orders.grantReadWriteData(order.function);
    receipts.grantPut(order.function);
    products.grantRead(order.function);

    const failed = new Queue(this, "Failed", { enforceSSL: true, retentionPeriod: Duration.days(14) });
    const incoming = new Queue(this, "Incoming", {
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(60),
      deadLetterQueue: { queue: failed, maxReceiveCount: 5 },
    });
    order.alias.addEventSource(new SqsEventSource(incoming, { batchSize: 10, reportBatchItemFailures: true }));

    const api = new RestApi(this, "Api", { deployOptions: { tracingEnabled: true } });
    api.root.addResource("orders").addMethod("POST", new LambdaIntegration(order.alias), {
      authorizationType: AuthorizationType.IAM,
    });
  }

  // A function, its alias, and the group that shifts the alias, with alarms and both hooks.
  gradual(id, props) {
    const fn = new Function(this, id, {
      runtime: Runtime.NODEJS_24_X,
      code: Code.fromInline("exports.handler = async () => ({ statusCode: 204 });"),
      tracing: Tracing.ACTIVE,
      logGroup: new LogGroup(this, `${id}Logs`, { retention: RetentionDays.ONE_MONTH }),
      ...props,
    });
    const alias = new Alias(this, `${id}Live`, { aliasName: "live", version: fn.currentVersion });
    const errors = alias.metricErrors({ period: Duration.minutes(1) }).createAlarm(this, `${id}Errors`, {
      evaluationPeriods: 1,
      threshold: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    new LambdaDeploymentGroup(this, `${id}Group`, {
      application: new LambdaApplication(this, `${id}Application`),
      alias,
      deploymentConfig: LambdaDeploymentConfig.LINEAR_10PERCENT_EVERY_1MINUTE,
      alarms: [errors],
      preHook: Function.fromFunctionName(this, `${id}Pre`, "CodeDeployHook_fitgate_pre_traffic"),
      postHook: Function.fromFunctionName(this, `${id}Post`, "CodeDeployHook_fitgate_post_traffic"),
    });
    return { function: fn, alias };
  }
}

// Without an account and a region the output holds pseudo parameters instead of anybody's own.
const app = new App({ analyticsReporting: true, treeMetadata: false });
const { products } = new Catalogue(app, "Catalogue");
new Orders(app, "Orders", { products });
