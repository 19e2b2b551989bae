"""What the twin serves and where, and boto3 clients for it: unmodified, led there by AWS_ENDPOINT_URL."""

import base64
import hashlib
import hmac
import json
import os
import unittest

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINTS = json.loads(os.environ["TWIN_ENDPOINTS"])
POOL = ENDPOINTS["userPoolId"]
PASSWORD = "Correct-horse-1"
PROVIDER = ENDPOINTS["issuer"].removeprefix("https://")


def client(service, credentials=None):
    """As the account's administrator, or with the credentials that STS gave."""
    if credentials is None:
        return boto3.client(service)
    return boto3.client(
        service,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials.get("SecretAccessKey") or credentials["SecretKey"],
        aws_session_token=credentials["SessionToken"],
    )


def unsigned(service):
    return boto3.client(service, config=Config(signature_version=UNSIGNED))


def secret_hash(app, username):
    message = (username + app["clientId"]).encode()
    digest = hmac.new(app["clientSecret"].encode(), message, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def sign_in(username, password=PASSWORD):
    answer = unsigned("cognito-idp").initiate_auth(
        ClientId=ENDPOINTS["clients"]["cli"]["clientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": username, "PASSWORD": password},
    )
    return answer["AuthenticationResult"]


def claims_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


class ClientCase(unittest.TestCase):
    def refusal(self, call, **arguments):
        """The code and the HTTP status that a call is refused with."""
        with self.assertRaises(ClientError) as refused:
            call(**arguments)
        response = refused.exception.response
        return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]
