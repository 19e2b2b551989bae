import datetime

from twin import ENDPOINTS, ClientCase, client, unsigned

ROLE = f"arn:aws:iam::{ENDPOINTS['accountId']}:role/stepkey/stepkey-own-files"


def assume(grant="own-files", **more):
    """As the broker does it; the grant's role trusts tokens with its tag only."""
    token = client("cognito-identity").get_open_id_token_for_developer_identity(
        IdentityPoolId=ENDPOINTS["identityPoolId"],
        Logins={ENDPOINTS["developerProvider"]: "boto:session"},
        PrincipalTags={"stepkey-grant": grant, "stepkey-subject": "boto:session"},
    )
    answer = unsigned("sts").assume_role_with_web_identity(
        RoleArn=ROLE,
        RoleSessionName="boto",
        WebIdentityToken=token["Token"],
        **more,
    )
    return answer, token["IdentityId"]


class Sessions(ClientCase):
    def test_who_the_administrator_is(self):
        answer = client("sts").get_caller_identity()
        self.assertEqual(answer["Account"], ENDPOINTS["accountId"])
        self.assertTrue(answer["Arn"].startswith("arn:aws:iam::"))

    def test_a_web_identity_session_reaches_its_own_files_only(self):
        answer, identity_id = assume(DurationSeconds=900)
        self.assertEqual(answer["Audience"], ENDPOINTS["identityPoolId"])
        self.assertEqual(answer["SubjectFromWebIdentityToken"], identity_id)
        credentials = answer["Credentials"]
        left = credentials["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
        self.assertAlmostEqual(left.total_seconds(), 900, delta=60)
        identity = client("sts", credentials).get_caller_identity()
        self.assertEqual(identity["Arn"], answer["AssumedRoleUser"]["Arn"])
        s3 = client("s3", credentials)
        own = {"Bucket": ENDPOINTS["bucket"], "Key": f"private/{identity_id}/a:b/ü.txt"}
        s3.put_object(**own, Body=b"mine")
        self.assertEqual(s3.get_object(**own)["Body"].read(), b"mine")
        other = {"Bucket": ENDPOINTS["bucket"], "Key": "private/else/a.txt"}
        self.assertEqual(self.refusal(s3.get_object, **other), ("AccessDenied", 403))
        self.assertEqual(
            self.refusal(s3.list_objects_v2, Bucket=ENDPOINTS["bucket"]), ("AccessDenied", 403)
        )
        s3.delete_object(**own)
        table = client("dynamodb", credentials)
        self.assertEqual(
            self.refusal(table.scan, TableName=ENDPOINTS["table"]), ("AccessDeniedException", 400)
        )

    def test_a_session_policy_narrows(self):
        deny = '{"Version":"2012-10-17","Statement":[]}'
        nothing = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
        self.assertEqual(
            self.refusal(lambda: assume(Policy=deny)), ("MalformedPolicyDocument", 400)
        )
        answer, identity_id = assume(Policy=nothing)
        call = client("s3", answer["Credentials"]).get_object
        key = f"private/{identity_id}/a"
        self.assertEqual(
            self.refusal(call, Bucket=ENDPOINTS["bucket"], Key=key), ("AccessDenied", 403)
        )

    def test_wrong_uses(self):
        self.assertEqual(self.refusal(lambda: assume(grant="team-read")), ("AccessDenied", 403))
        self.assertEqual(
            self.refusal(lambda: assume(DurationSeconds=43200)), ("ValidationError", 400)
        )
        web = unsigned("sts").assume_role_with_web_identity
        named = {"RoleArn": ROLE, "RoleSessionName": "boto"}
        self.assertEqual(
            self.refusal(web, **named, WebIdentityToken="not a token"),
            ("InvalidIdentityToken", 400),
        )
        self.assertEqual(
            self.refusal(client("sts").assume_role, **named), ("AccessDenied", 403)
        )
        self.assertEqual(
            self.refusal(unsigned("sts").get_caller_identity), ("MissingAuthenticationToken", 403)
        )
        wrong = {"AccessKeyId": "AKIANOBODY", "SecretAccessKey": "x", "SessionToken": None}
        self.assertEqual(
            self.refusal(client("sts", wrong).get_caller_identity), ("InvalidClientTokenId", 403)
        )
        admin = ENDPOINTS["adminCredentials"]
        wrong = {**wrong, "AccessKeyId": admin["accessKeyId"]}
        self.assertEqual(
            self.refusal(client("sts", wrong).get_caller_identity), ("SignatureDoesNotMatch", 403)
        )
