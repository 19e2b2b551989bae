import io
import time
import urllib.error
import urllib.request

import boto3

from twin import ENDPOINTS, ClientCase, client, unsigned

BUCKET = ENDPOINTS["bucket"]


class Objects(ClientCase):
    def setUp(self):
        self.s3 = client("s3")

    def test_keys_with_any_characters(self):
        keys = ["boto/a:b", "boto/ü€😀", "boto/a b+c&d=e?f#g%20", "boto/(x)'!*~", "boto/a//b"]
        for key in keys:
            self.s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
            self.assertEqual(
                self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read(), key.encode()
            )
        listed = self.s3.list_objects_v2(Bucket=BUCKET, Prefix="boto/")
        self.assertEqual(sorted(item["Key"] for item in listed["Contents"]), sorted(keys))
        for key in keys:
            self.s3.delete_object(Bucket=BUCKET, Key=key)
        self.assertEqual(self.s3.list_objects_v2(Bucket=BUCKET, Prefix="boto/")["KeyCount"], 0)

    def test_head_range_metadata_and_checksum(self):
        named = {"Bucket": BUCKET, "Key": "boto-range"}
        self.s3.put_object(
            **named,
            Body=b"0123456789",
            ContentType="text/plain",
            Metadata={"owner": "boto"},
            ChecksumAlgorithm="SHA256",
        )
        head = self.s3.head_object(**named)
        self.assertEqual(
            (head["ContentLength"], head["ContentType"], head["Metadata"]),
            (10, "text/plain", {"owner": "boto"}),
        )
        part = self.s3.get_object(**named, Range="bytes=2-4")
        self.assertEqual((part["Body"].read(), part["ContentRange"]), (b"234", "bytes 2-4/10"))
        self.assertEqual(part["ResponseMetadata"]["HTTPStatusCode"], 206)
        self.assertEqual(self.s3.get_object(**named, Range="bytes=-3")["Body"].read(), b"789")
        self.assertEqual(
            self.refusal(self.s3.get_object, **named, Range="bytes=20-"), ("InvalidRange", 416)
        )
        self.assertEqual(
            self.refusal(self.s3.put_object, **named, Body=b"", IfNoneMatch="*"),
            ("PreconditionFailed", 412),
        )
        self.s3.delete_object(**named)

    def test_pages_and_common_prefixes(self):
        keys = [f"boto-pages/{folder}/{name}" for folder in "ab" for name in "xyz"]
        for key in keys:
            self.s3.put_object(Bucket=BUCKET, Key=key, Body=b"")
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=BUCKET, Prefix="boto-pages/", PaginationConfig={"PageSize": 2}
        )
        self.assertEqual([item["Key"] for page in pages for item in page["Contents"]], keys)
        rolled = self.s3.list_objects_v2(Bucket=BUCKET, Prefix="boto-pages/", Delimiter="/")
        prefixes = [item["Prefix"] for item in rolled["CommonPrefixes"]]
        self.assertEqual(prefixes, ["boto-pages/a/", "boto-pages/b/"])

    def test_the_transfer_manager_with_streams(self):
        body = bytes(range(256)) * 4096
        self.s3.upload_fileobj(io.BytesIO(body), BUCKET, "boto-stream")
        received = io.BytesIO()
        self.s3.download_fileobj(BUCKET, "boto-stream", received)
        self.assertEqual(received.getvalue(), body)

    def test_a_presigned_address(self):
        self.s3.put_object(Bucket=BUCKET, Key="boto presigned/:", Body=b"open")
        address = boto3.client(
            "s3", config=boto3.session.Config(signature_version="s3v4")
        ).generate_presigned_url(
            "get_object", Params={"Bucket": BUCKET, "Key": "boto presigned/:"}, ExpiresIn=60
        )
        with urllib.request.urlopen(address) as answer:
            self.assertEqual(answer.read(), b"open")

    def test_an_address_signed_in_the_old_way_is_refused_as_such(self):
        old = boto3.client("s3", config=boto3.session.Config(signature_version="s3"))
        address = old.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "x"})
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(address)
        with refused.exception as answer:
            self.assertEqual(answer.code, 400)
            self.assertIn(b"<Code>InvalidRequest</Code>", answer.read())

    def test_wrong_uses(self):
        get = self.s3.get_object
        self.assertEqual(self.refusal(get, Bucket=BUCKET, Key="boto-no"), ("NoSuchKey", 404))
        self.assertEqual(self.refusal(get, Bucket="no-such", Key="x"), ("NoSuchBucket", 404))
        head = self.s3.head_object
        self.assertEqual(self.refusal(head, Bucket=BUCKET, Key="boto-no"), ("404", 404))
        self.assertEqual(
            self.refusal(unsigned("s3").get_object, Bucket=BUCKET, Key="x"), ("AccessDenied", 403)
        )
        copy = {"Bucket": BUCKET, "Key": "boto-copy", "CopySource": f"{BUCKET}/boto-no"}
        self.assertEqual(self.refusal(self.s3.copy_object, **copy), ("NotImplemented", 501))


class Items(ClientCase):
    def setUp(self):
        self.table = boto3.resource("dynamodb").Table(ENDPOINTS["table"])

    def test_put_get_update_query_delete(self):
        keys = [{"pk": "BOTO#1", "sk": f"ROW#{number}"} for number in range(3)]
        for number, key in enumerate(keys):
            self.table.put_item(Item={**key, "count": number, "bytes": b"\x00\xff", "set": {"a"}})
        found = self.table.get_item(Key=keys[1], ConsistentRead=True)["Item"]
        self.assertEqual((found["count"], found["bytes"].value), (1, b"\x00\xff"))
        updated = self.table.update_item(
            Key=keys[1],
            UpdateExpression="ADD #count :one",
            ExpressionAttributeNames={"#count": "count"},
            ExpressionAttributeValues={":one": 1},
            ReturnValues="UPDATED_NEW",
        )
        self.assertEqual(updated["Attributes"]["count"], 2)
        condition = boto3.dynamodb.conditions.Key("pk").eq("BOTO#1")
        page = self.table.query(KeyConditionExpression=condition, Limit=2)
        rest = self.table.query(
            KeyConditionExpression=condition, ExclusiveStartKey=page["LastEvaluatedKey"]
        )
        found = [item["sk"] for item in page["Items"] + rest["Items"]]
        self.assertEqual(found, [key["sk"] for key in keys])
        with self.table.batch_writer() as batch:
            for key in keys:
                batch.delete_item(Key=key)
        self.assertEqual(self.table.query(KeyConditionExpression=condition)["Count"], 0)

    def test_wrong_uses(self):
        key = {"pk": "BOTO#2", "sk": "ROW"}
        self.table.put_item(Item=key)
        put = self.table.put_item
        self.assertEqual(
            self.refusal(put, Item=key, ConditionExpression="attribute_not_exists(pk)"),
            ("ConditionalCheckFailedException", 400),
        )
        self.assertEqual(self.refusal(put, Item={"pk": "BOTO#2"}), ("ValidationException", 400))
        absent = boto3.resource("dynamodb").Table("no-such-table")
        self.assertEqual(
            self.refusal(absent.get_item, Key=key), ("ResourceNotFoundException", 400)
        )
        put = {"TableName": ENDPOINTS["table"], "Item": {"pk": {"S": "a"}, "sk": {"S": "b"}}}
        transact = client("dynamodb").transact_write_items
        self.assertEqual(
            self.refusal(transact, TransactItems=[{"Put": put}]), ("NotImplemented", 501)
        )
        self.table.delete_item(Key=key)

    def test_a_table_of_ones_own(self):
        dynamodb = client("dynamodb")
        dynamodb.create_table(
            TableName="boto-own",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        for _ in range(50):
            table = dynamodb.describe_table(TableName="boto-own")["Table"]
            if table["TableStatus"] == "ACTIVE":
                break
            time.sleep(0.1)
        self.assertEqual(table["TableStatus"], "ACTIVE")
        self.assertIn("boto-own", dynamodb.list_tables()["TableNames"])
        first = dynamodb.list_tables(Limit=1)
        rest = dynamodb.list_tables(ExclusiveStartTableName=first["LastEvaluatedTableName"])
        self.assertNotIn(first["TableNames"][0], rest["TableNames"])
        dynamodb.delete_table(TableName="boto-own")


class Keys(ClientCase):
    def setUp(self):
        self.kms = client("kms")
        described = client("dynamodb").describe_table(TableName=ENDPOINTS["table"])["Table"]
        self.key = described.get("SSEDescription", {}).get("KMSMasterKeyArn")
        if self.key is None:
            self.skipTest("the table names no key")

    def test_seal_and_open(self):
        bound = {"KeyId": self.key, "EncryptionContext": {"purpose": "boto"}}
        sealed = self.kms.encrypt(**bound, Plaintext=b"secret")["CiphertextBlob"]
        opened = self.kms.decrypt(CiphertextBlob=sealed, EncryptionContext={"purpose": "boto"})
        self.assertEqual((opened["Plaintext"], opened["KeyId"]), (b"secret", self.key))
        data = self.kms.generate_data_key(**bound, KeySpec="AES_256")
        self.assertEqual(len(data["Plaintext"]), 32)
        self.assertEqual(
            self.refusal(self.kms.decrypt, CiphertextBlob=sealed),
            ("InvalidCiphertextException", 400),
        )
        self.assertTrue(self.kms.describe_key(KeyId=self.key)["KeyMetadata"]["Enabled"])

    def test_wrong_uses(self):
        self.assertEqual(
            self.refusal(self.kms.encrypt, KeyId="alias/no-such", Plaintext=b"x"),
            ("NotFoundException", 400),
        )
        self.assertEqual(
            self.refusal(self.kms.schedule_key_deletion, KeyId=self.key), ("NotImplemented", 501)
        )


