import json
import time

from twin import ENDPOINTS, ClientCase, client

TABLE = ENDPOINTS["table"]


class Events(ClientCase):
    def test_a_rule_from_its_making_to_its_end(self):
        events = client("events")
        events.create_event_bus(Name="boto")
        made = events.put_rule(
            Name="all", EventBusName="boto", EventPattern=json.dumps({"source": ["boto"]})
        )
        self.assertTrue(made["RuleArn"].endswith(":rule/boto/all"))
        sent = events.put_events(
            Entries=[
                {"EventBusName": "boto", "Source": "boto", "DetailType": "d", "Detail": "{}"},
                {"EventBusName": "boto", "Source": "boto", "DetailType": "d", "Detail": "{"},
            ]
        )
        self.assertEqual(sent["FailedEntryCount"], 1)
        rules = events.list_rules(EventBusName="boto")["Rules"]
        self.assertEqual([rule["Name"] for rule in rules], ["all"])
        self.assertEqual(
            self.refusal(events.delete_event_bus, Name="boto"), ("ValidationException", 400)
        )
        events.delete_rule(Name="all", EventBusName="boto")
        events.delete_event_bus(Name="boto")
        self.assertEqual(
            self.refusal(events.describe_event_bus, Name="boto"),
            ("ResourceNotFoundException", 400),
        )


class Queues(ClientCase):
    def test_a_queue_that_is_not_there(self):
        sqs = client("sqs")
        # Clients show the code of the older protocol.
        self.assertEqual(
            self.refusal(sqs.get_queue_url, QueueName="none"),
            ("AWS.SimpleQueueService.NonExistentQueue", 400),
        )
        self.assertEqual(
            self.refusal(sqs.create_queue, QueueName="none"), ("NotImplemented", 501)
        )
        for url in sqs.list_queues().get("QueueUrls", []):
            attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
            self.assertTrue(attributes["Attributes"]["QueueArn"].startswith("arn:aws:sqs:"))


class Streams(ClientCase):
    def test_reads_what_was_written(self):
        table = client("dynamodb").describe_table(TableName=TABLE)["Table"]
        streams = client("dynamodbstreams")
        arn = table["LatestStreamArn"]
        self.assertIn(arn, [each["StreamArn"] for each in streams.list_streams()["Streams"]])
        shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="LATEST"
        )["ShardIterator"]
        key = {"pk": {"S": "BOTO#STREAM"}, "sk": {"S": str(time.time_ns())}}
        client("dynamodb").put_item(TableName=TABLE, Item=key)
        records = streams.get_records(ShardIterator=iterator)["Records"]
        mine = [each for each in records if each["dynamodb"]["Keys"] == key]
        self.assertEqual([each["eventName"] for each in mine], ["INSERT"])
        self.assertIsNotNone(mine[0]["dynamodb"]["ApproximateCreationDateTime"].tzinfo)
