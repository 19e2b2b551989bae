import json
import time

from twin import ENDPOINTS, ClientCase, client

MACHINE = ENDPOINTS["stateMachines"]["issue-credentials"]
GROUP = "/aws/vendedlogs/states/stepkey-issue-credentials"


class Machines(ClientCase):
    def setUp(self):
        self.states = client("stepfunctions")

    def test_describe_and_list(self):
        described = self.states.describe_state_machine(stateMachineArn=MACHINE)
        self.assertEqual((described["type"], described["status"]), ("EXPRESS", "ACTIVE"))
        self.assertEqual(json.loads(described["definition"])["QueryLanguage"], "JSONata")
        listed = self.states.list_state_machines()["stateMachines"]
        self.assertIn(MACHINE, [machine["stateMachineArn"] for machine in listed])

    def test_a_failed_execution_answers_200_and_is_logged(self):
        started = self.states.start_sync_execution(stateMachineArn=MACHINE, input="{}")
        self.assertEqual(started["ResponseMetadata"]["HTTPStatusCode"], 200)
        self.assertEqual(started["status"], "FAILED")
        self.assertTrue(started["error"])
        logs = client("logs")
        for _ in range(50):
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=GROUP)
            found = [json.loads(event["message"]) for page in pages for event in page["events"]]
            mine = [each for each in found if each["execution_arn"] == started["executionArn"]]
            if mine and mine[-1]["type"] == "ExecutionFailed":
                break
            time.sleep(0.1)
        self.assertEqual(
            (mine[0]["type"], mine[-1]["type"]), ("ExecutionStarted", "ExecutionFailed")
        )
        only = logs.filter_log_events(
            logGroupName=GROUP, filterPattern='{ $.type = "ExecutionFailed" }'
        )["events"]
        self.assertEqual({json.loads(each["message"])["type"] for each in only}, {"ExecutionFailed"})
        groups = logs.describe_log_groups(logGroupNamePrefix="/aws/vendedlogs/")["logGroups"]
        self.assertIn(GROUP, [group["logGroupName"] for group in groups])

    def test_a_standard_machine_from_its_making_to_its_end(self):
        role = self.states.describe_state_machine(stateMachineArn=MACHINE)["roleArn"]
        states = {"Rest": {"Type": "Wait", "Seconds": 60, "End": True}}
        arn = self.states.create_state_machine(
            name="boto",
            roleArn=role,
            definition=json.dumps({"QueryLanguage": "JSONata", "StartAt": "Rest", "States": states}),
        )["stateMachineArn"]
        execution = self.states.start_execution(stateMachineArn=arn, name="one")["executionArn"]
        self.states.stop_execution(executionArn=execution, error="Enough")
        described = self.states.describe_execution(executionArn=execution)
        self.assertEqual((described["status"], described["error"]), ("ABORTED", "Enough"))
        pages = self.states.get_paginator("get_execution_history").paginate(executionArn=execution)
        types = [event["type"] for page in pages for event in page["events"]]
        self.assertEqual((types[0], types[-1]), ("ExecutionStarted", "ExecutionAborted"))
        listed = self.states.list_executions(stateMachineArn=arn, statusFilter="ABORTED")
        self.assertEqual([each["name"] for each in listed["executions"]], ["one"])
        self.states.delete_state_machine(stateMachineArn=arn)

    def test_streams_of_a_group(self):
        self.states.start_sync_execution(stateMachineArn=MACHINE, input="{}")
        logs = client("logs")
        found = []
        for _ in range(50):
            found = logs.describe_log_streams(logGroupName=GROUP)["logStreams"]
            if found:
                break
            time.sleep(0.1)
        self.assertTrue(found[0]["arn"].endswith(":log-stream:" + found[0]["logStreamName"]))

    def test_wrong_uses(self):
        start = self.states.start_sync_execution
        self.assertEqual(
            self.refusal(start, stateMachineArn=f"{MACHINE}-no"), ("StateMachineDoesNotExist", 400)
        )
        self.assertEqual(
            self.refusal(start, stateMachineArn=MACHINE, input="{"), ("InvalidExecutionInput", 400)
        )
        self.assertEqual(
            self.refusal(self.states.describe_state_machine, stateMachineArn="x"),
            ("InvalidArn", 400),
        )
        logs = client("logs")
        self.assertEqual(
            self.refusal(logs.filter_log_events, logGroupName="/no/such"),
            ("ResourceNotFoundException", 400),
        )
        self.assertEqual(
            self.refusal(logs.put_retention_policy, logGroupName=GROUP, retentionInDays=1),
            ("NotImplemented", 501),
        )
