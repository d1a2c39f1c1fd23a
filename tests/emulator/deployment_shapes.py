"""Reads a deployment as anybody's script would, with boto3, and holds every answer against botocore's model.

boto3 reads leniently: a member that it does not know is passed over, one that is missing is no member. So the bytes
themselves are held against the model of the service: no unknown member, every value of its type, every text one of its
enumeration, times as the numbers of the protocol.

Usage: deployment_shapes.py ENDPOINT REGION DEPLOYMENT_ID
Standard output: one JSON object, operation to answer as boto3 gives it. What does not fit is on standard error, and
the exit code is 1.
"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

NOBODY = "d-AAAAAAAAA"


def strict(value, shape, path):
    """What ParamValidator lets pass because people may write it so: enumerations, and times in any form."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        for name, member in value.items():
            if name in shape.members:
                yield from strict(member, shape.members[name], f"{path}.{name}")
    elif kind == "list" and isinstance(value, list):
        for index, item in enumerate(value):
            yield from strict(item, shape.member, f"{path}[{index}]")
    elif kind == "map" and isinstance(value, dict):
        for key, item in value.items():
            yield from strict(item, shape.value, f"{path}.{key}")
    elif kind == "string" and shape.enum and value not in shape.enum:
        yield f"{path}: {value!r} is none of {shape.enum}"
    elif kind == "timestamp" and (isinstance(value, bool) or not isinstance(value, (int, float))):
        yield f"{path}: {value!r} is no number of seconds"


class Reader:
    def __init__(self, endpoint, region):
        self.client = boto3.client(
            "codedeploy",
            endpoint_url=endpoint,
            region_name=region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 1}),
        )
        self.answers, self.misfits, self.body = {}, [], b""
        self.client.meta.events.register("response-received.codedeploy", self.received)

    def received(self, response_dict, **_):
        self.body = response_dict["body"]

    def read(self, method, **arguments):
        answer = getattr(self.client, method)(**arguments)
        name = self.client.meta.method_to_api_mapping[method]
        shape = self.client.meta.service_model.operation_model(name).output_shape
        raw = json.loads(self.body)
        report = ParamValidator().validate(raw, shape)
        if report.has_errors():
            self.misfits.append(f"{name}: {report.generate_report()}")
        self.misfits.extend(strict(raw, shape, name))
        answer.pop("ResponseMetadata")
        self.answers[name] = answer
        return answer

    def refused(self, method, **arguments):
        """An error must be one that the model knows of this operation."""
        name = self.client.meta.method_to_api_mapping[method]
        try:
            getattr(self.client, method)(**arguments)
            self.misfits.append(f"{name}: answered for {arguments}")
        except ClientError as error:
            code = error.response["Error"]["Code"]
            known = [shape.name for shape in self.client.meta.service_model.operation_model(name).error_shapes]
            if code not in known:
                self.misfits.append(f"{name}: {code} is none of its errors {known}")
            self.answers[f"{name} of nobody"] = code


def main(endpoint, region, deployment):
    reader = Reader(endpoint, region)
    info = reader.read("get_deployment", deploymentId=deployment)["deploymentInfo"]
    application, group = info["applicationName"], info["deploymentGroupName"]
    reader.read("get_deployment_group", applicationName=application, deploymentGroupName=group)
    reader.read("get_application_revision", applicationName=application, revision=info["revision"])
    targets = reader.read("list_deployment_targets", deploymentId=deployment)["targetIds"]
    reader.read("batch_get_deployment_targets", deploymentId=deployment, targetIds=targets)
    reader.refused("get_deployment", deploymentId=NOBODY)
    reader.refused("list_deployment_targets", deploymentId=NOBODY)
    print(json.dumps(reader.answers, default=str))
    for misfit in reader.misfits:
        print(misfit, file=sys.stderr)
    return 1 if reader.misfits else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
