"""A hundred turns through the agent, five minutes apart: boto3 refreshes by itself, with the clock that the test moves."""

import datetime
import json
import os
import unittest
import urllib.request

machine_time = datetime.datetime


class AnyTime(type):
    def __instancecheck__(cls, value):
        return isinstance(value, machine_time)


class MovedTime(machine_time, metaclass=AnyTime):
    ahead = datetime.timedelta(0)

    @classmethod
    def now(cls, tz=None):
        return machine_time.now(tz) + cls.ahead


# Before botocore takes it.
datetime.datetime = MovedTime

import boto3  # noqa: E402

TURNS = 100


def next_turn():
    with urllib.request.urlopen(os.environ["NEXT_TURN"]) as answer:
        MovedTime.ahead = datetime.timedelta(milliseconds=json.load(answer)["aheadMillis"])


class Refresh(unittest.TestCase):
    def test_no_call_fails_across_expiry(self):
        s3 = boto3.client("s3")
        own = {"Bucket": os.environ["BUCKET"], "Key": os.environ["KEY"]}
        keys = set()
        for turn in range(TURNS):
            next_turn()
            s3.put_object(**own, Body=str(turn).encode())
            self.assertEqual(s3.get_object(**own)["Body"].read(), str(turn).encode())
            keys.add(s3._request_signer._credentials.get_frozen_credentials().access_key)
        # 500 minutes in sessions of 60.
        self.assertGreaterEqual(len(keys), 9)
