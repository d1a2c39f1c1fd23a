//! A template of any number of resources, the same text every time: what the reader and the judges are measured on.
//!
//! CloudFormation itself takes 500 resources in a template; more than that is to see how the time grows.

/// A valid CloudFormation template in YAML with exactly `resources` resources.
///
/// The resources come in cells of a function and what stands around it. Within a cell every resource refers only to
/// earlier ones, so that a cell can be cut off anywhere.
pub(crate) fn template(resources: usize) -> String {
    let mut text = String::from(HEAD);
    for block in SHARED.iter().take(resources) {
        text.push_str(block);
    }
    for n in 0..resources.saturating_sub(SHARED.len()) {
        let (cell, place) = (n / CELL.len(), n % CELL.len());
        let variants = CELL[place];
        text.push_str(&variants[cell % variants.len()].replace('@', &cell.to_string()));
    }
    text
}

const HEAD: &str = r#"AWSTemplateFormatVersion: "2010-09-09"
Description: A large stack for measurements.
Parameters:
  Stage:
    Type: String
    Default: prod
    AllowedValues: [dev, prod]
  Owner:
    Type: String
Mappings:
  PerStage:
    dev:
      Encryption: AES256
      RetentionInDays: 7
    prod:
      Encryption: aws:kms
      RetentionInDays: 90
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsFrankfurt: !Equals [!Ref AWS::Region, eu-central-1]
  IsProdInFrankfurt: !And [!Condition IsProd, !Condition IsFrankfurt]
Resources:
"#;

/// What all cells use.
const SHARED: [&str; 2] = [
    r#"  DeploymentRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: codedeploy.amazonaws.com }
            Action: sts:AssumeRole
      ManagedPolicyArns:
        - !Sub arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda
"#,
    r#"  Application:
    Type: AWS::CodeDeploy::Application
    Properties:
      ComputePlatform: Lambda
"#,
];

/// The resources of a cell, each in one or more variants that take turns; `@` stands for the cell's number.
const CELL: [&[&str]; 20] = [
    &[
        r#"  Bucket@:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault:
              SSEAlgorithm: !FindInMap [PerStage, !Ref Stage, Encryption]
      PublicAccessBlockConfiguration:
        BlockPublicAcls: true
        BlockPublicPolicy: true
        IgnorePublicAcls: true
        RestrictPublicBuckets: true
      VersioningConfiguration:
        Status: Enabled
      LifecycleConfiguration:
        Rules:
          - Id: old-versions
            Status: Enabled
            NoncurrentVersionExpiration: { NoncurrentDays: 30 }
      Tags:
        - { Key: owner, Value: !Ref Owner }
"#,
        r#"  Bucket@:
    Type: AWS::S3::Bucket
"#,
        r#"  Bucket@:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Join ["-", [cell-@, !Ref AWS::AccountId, !Ref AWS::Region]]
      BucketEncryption: !If
        - IsFrankfurt
        - ServerSideEncryptionConfiguration:
            - BucketKeyEnabled: true
              ServerSideEncryptionByDefault:
                SSEAlgorithm: aws:kms
        - !Ref AWS::NoValue
      VersioningConfiguration:
        Status: !If [IsProd, Enabled, Suspended]
"#,
    ],
    &[r#"  BucketPolicy@:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket@
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: TlsOnly
            Effect: Deny
            Principal: "*"
            Action: s3:*
            Resource:
              - !GetAtt Bucket@.Arn
              - !Sub ${Bucket@.Arn}/*
            Condition:
              Bool: { aws:SecureTransport: "false" }
"#],
    &[
        r#"  Table@:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - { AttributeName: id, AttributeType: S }
      KeySchema:
        - { AttributeName: id, KeyType: HASH }
      SSESpecification: { SSEEnabled: true, SSEType: KMS }
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
      DeletionProtectionEnabled: true
"#,
        r#"  Table@:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions:
        - { AttributeName: id, AttributeType: S }
        - { AttributeName: at, AttributeType: "N" }
      KeySchema:
        - { AttributeName: id, KeyType: HASH }
        - { AttributeName: at, KeyType: RANGE }
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 }
      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: !If [IsProdInFrankfurt, true, false]
"#,
    ],
    &[r#"  DeadLetters@:
    Type: AWS::SQS::Queue
    Properties:
      MessageRetentionPeriod: 1209600
      SqsManagedSseEnabled: true
"#],
    &[
        r#"  Queue@:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 180
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt DeadLetters@.Arn
        maxReceiveCount: 5
"#,
        r#"  Queue@:
    Type: AWS::SQS::Queue
    Properties:
      KmsMasterKeyId: alias/aws/sqs
      VisibilityTimeout: 30
"#,
    ],
    &[r#"  QueuePolicy@:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue@]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Principal: "*"
            Action: sqs:*
            Resource: !GetAtt Queue@.Arn
            Condition:
              Bool: { aws:SecureTransport: "false" }
"#],
    &[r#"  Topic@:
    Type: AWS::SNS::Topic
    Properties:
      KmsMasterKeyId: alias/aws/sns
"#],
    &[r#"  Logs@:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: !Sub /aws/lambda/${AWS::StackName}/cell-@
      RetentionInDays: !FindInMap [PerStage, !Ref Stage, RetentionInDays]
"#],
    &[r#"  Role@:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: lambda.amazonaws.com }
            Action: sts:AssumeRole
      ManagedPolicyArns:
        - !Sub arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
      Policies:
        - PolicyName: data
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [dynamodb:GetItem, dynamodb:PutItem]
                Resource: !GetAtt Table@.Arn
              - Effect: Allow
                Action: s3:PutObject
                Resource: !Sub "${Bucket@.Arn}/in/*"
              - Effect: Allow
                Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:SendMessage]
                Resource: [!GetAtt Queue@.Arn, !GetAtt DeadLetters@.Arn]
"#],
    &[
        r#"  Function@:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs24.x
      Handler: index.handler
      Role: !GetAtt Role@.Arn
      MemorySize: 256
      Timeout: 30
      ReservedConcurrentExecutions: 5
      TracingConfig: { Mode: Active }
      LoggingConfig: { LogFormat: JSON, LogGroup: !Ref Logs@ }
      DeadLetterConfig: { TargetArn: !GetAtt DeadLetters@.Arn }
      Environment:
        Variables:
          TABLE: !Ref Table@
          BUCKET: !Ref Bucket@
          STAGE: !Ref Stage
      Code:
        ZipFile: "exports.handler = async () => ({ statusCode: 204 });"
"#,
        r#"  Function@:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: !GetAtt Role@.Arn
      Timeout: !If [IsProd, 30, 60]
      Code:
        S3Bucket: !ImportValue artifacts-bucket
        S3Key: !Sub cell-@/${Owner}.zip
"#,
    ],
    &[r#"  Version@:
    Type: AWS::Lambda::Version
    Properties:
      FunctionName: !Ref Function@
"#],
    &[r#"  AliasErrors@:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmActions: [!Ref Topic@]
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions:
        - { Name: FunctionName, Value: !Ref Function@ }
        - { Name: Resource, Value: !Sub "${Function@}:live" }
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
      TreatMissingData: notBreaching
"#],
    &[
        r#"  VersionErrors@:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmActions: [!Ref Topic@]
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions:
        - { Name: FunctionName, Value: !Ref Function@ }
        - { Name: Resource, Value: !Join [":", [!Ref Function@, live]] }
        - { Name: ExecutedVersion, Value: !GetAtt Version@.Version }
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
      TreatMissingData: notBreaching
"#,
        r#"  VersionErrors@:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions:
        - { Name: FunctionName, Value: !Ref Function@ }
      Statistic: Sum
      Period: 300
      EvaluationPeriods: 3
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
"#,
    ],
    &[
        r#"  DeploymentGroup@:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: !Ref Application
      ServiceRoleArn: !GetAtt DeploymentRole.Arn
      DeploymentConfigName: CodeDeployDefault.LambdaLinear10PercentEvery1Minute
      DeploymentStyle: { DeploymentType: BLUE_GREEN, DeploymentOption: WITH_TRAFFIC_CONTROL }
      AutoRollbackConfiguration:
        Enabled: true
        Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM, DEPLOYMENT_STOP_ON_REQUEST]
      AlarmConfiguration:
        Enabled: true
        Alarms:
          - { Name: !Ref AliasErrors@ }
          - { Name: !Ref VersionErrors@ }
"#,
        r#"  DeploymentGroup@:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: !Ref Application
      ServiceRoleArn: !GetAtt DeploymentRole.Arn
      DeploymentConfigName: !If
        - IsProd
        - CodeDeployDefault.LambdaCanary10Percent5Minutes
        - CodeDeployDefault.LambdaAllAtOnce
      DeploymentStyle: { DeploymentType: BLUE_GREEN, DeploymentOption: WITH_TRAFFIC_CONTROL }
      AutoRollbackConfiguration: { Enabled: true, Events: [DEPLOYMENT_FAILURE] }
"#,
    ],
    &[r#"  Alias@:
    Type: AWS::Lambda::Alias
    UpdatePolicy:
      CodeDeployLambdaAliasUpdate:
        ApplicationName: !Ref Application
        DeploymentGroupName: !Ref DeploymentGroup@
        BeforeAllowTrafficHook: !If [IsProd, CodeDeployHook_fitgate_pre_traffic, !Ref AWS::NoValue]
    Properties:
      Name: live
      FunctionName: !Ref Function@
      FunctionVersion: !GetAtt Version@.Version
"#],
    &[
        r#"  FromQueue@:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Queue@.Arn
      FunctionName: !Ref Alias@
      FunctionResponseTypes: [ReportBatchItemFailures]
      ScalingConfig: { MaximumConcurrency: 5 }
"#,
        r#"  FromQueue@:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Queue@.Arn
      FunctionName: !Ref Function@
"#,
    ],
    &[r#"  Nightly@:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: cron(0 3 * * ? *)
      Targets:
        - Id: function
          Arn: !Ref Alias@
          DeadLetterConfig: { Arn: !GetAtt DeadLetters@.Arn }
"#],
    &[r#"  NightlyMayInvoke@:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref Alias@
      Principal: events.amazonaws.com
      SourceArn: !GetAtt Nightly@.Arn
"#],
    &[r#"  Failures@:
    Type: AWS::Lambda::EventInvokeConfig
    Properties:
      FunctionName: !Ref Function@
      Qualifier: live
      MaximumEventAgeInSeconds: 3600
      MaximumRetryAttempts: 1
      DestinationConfig:
        OnFailure: { Destination: !GetAtt DeadLetters@.Arn }
"#],
    &[r#"  Subscription@:
    Type: AWS::SNS::Subscription
    Condition: IsProd
    Properties:
      TopicArn: !Ref Topic@
      Protocol: email
      Endpoint: !Ref Owner
"#],
];
