
from botocore.exceptions import ClientError

from twin import ENDPOINTS, PROVIDER, ClientCase, claims_of, client, sign_in, unsigned

POOL = ENDPOINTS["identityPoolId"]
DEVELOPER = ENDPOINTS["developerProvider"]


class DeveloperIdentities(ClientCase):
    def setUp(self):
        self.identity = client("cognito-identity")

    def token_for(self, user, **more):
        return self.identity.get_open_id_token_for_developer_identity(
            IdentityPoolId=POOL, Logins={DEVELOPER: user}, **more
        )

    def test_get_look_up_describe_and_list(self):
        first = self.token_for("boto:one", PrincipalTags={"team": "a"}, TokenDuration=60)
        claims = claims_of(first["Token"])
        self.assertEqual((claims["sub"], claims["aud"]), (first["IdentityId"], POOL))
        self.assertEqual(claims["exp"] - claims["iat"], 60)
        self.assertEqual(self.token_for("boto:one")["IdentityId"], first["IdentityId"])
        found = self.identity.lookup_developer_identity(
            IdentityPoolId=POOL, DeveloperUserIdentifier="boto:one"
        )
        self.assertEqual(found["IdentityId"], first["IdentityId"])
        described = self.identity.describe_identity(IdentityId=first["IdentityId"])
        self.assertEqual(described["Logins"], [DEVELOPER])
        self.token_for("boto:other")
        pages = [self.identity.list_identities(IdentityPoolId=POOL, MaxResults=1)]
        while "NextToken" in pages[-1]:
            token = pages[-1]["NextToken"]
            pages.append(
                self.identity.list_identities(IdentityPoolId=POOL, MaxResults=1, NextToken=token)
            )
        listed = [each for page in pages for each in page["Identities"]]
        self.assertIn(described["CreationDate"], [each["CreationDate"] for each in listed])
        ids = [each["IdentityId"] for each in listed]
        self.assertIn(first["IdentityId"], ids)
        self.assertEqual(len(ids), len(set(ids)))

    def test_merge_and_unlink(self):
        source, kept = (self.token_for(f"boto:{name}")["IdentityId"] for name in ("a", "b"))
        merged = self.identity.merge_developer_identities(
            IdentityPoolId=POOL,
            DeveloperProviderName=DEVELOPER,
            SourceUserIdentifier="boto:a",
            DestinationUserIdentifier="boto:b",
        )
        self.assertEqual(merged["IdentityId"], kept)
        self.assertEqual(
            self.refusal(self.identity.describe_identity, IdentityId=source),
            ("ResourceNotFoundException", 400),
        )
        self.identity.unlink_developer_identity(
            IdentityPoolId=POOL,
            IdentityId=kept,
            DeveloperProviderName=DEVELOPER,
            DeveloperUserIdentifier="boto:a",
        )
        self.assertNotEqual(self.token_for("boto:a")["IdentityId"], kept)

    def test_wrong_uses(self):
        taken = self.token_for("boto:taken")["IdentityId"]
        other = self.token_for("boto:free")["IdentityId"]
        self.assertEqual(
            self.refusal(lambda: self.token_for("boto:taken", IdentityId=other)),
            ("DeveloperUserAlreadyRegisteredException", 400),
        )
        self.assertNotEqual(taken, other)
        call = unsigned("cognito-identity").lookup_developer_identity
        self.assertEqual(
            self.refusal(call, IdentityPoolId=POOL, DeveloperUserIdentifier="boto:taken"),
            ("MissingAuthenticationTokenException", 400),
        )


class PublicLogins(ClientCase):
    def setUp(self):
        self.identity = unsigned("cognito-identity")

    def test_get_id_get_open_id_token_and_unlink(self):
        logins = {PROVIDER: sign_in("oscar")["IdToken"]}
        identity_id = self.identity.get_id(IdentityPoolId=POOL, Logins=logins)["IdentityId"]
        token = self.identity.get_open_id_token(IdentityId=identity_id, Logins=logins)
        self.assertEqual(claims_of(token["Token"])["amr"][0], "authenticated")
        self.identity.unlink_identity(
            IdentityId=identity_id, Logins=logins, LoginsToRemove=[PROVIDER]
        )
        again = self.identity.get_id(IdentityPoolId=POOL, Logins=logins)["IdentityId"]
        self.assertNotEqual(again, identity_id)

    def test_wrong_uses(self):
        refused = ("NotAuthorizedException", 400)
        self.assertEqual(self.refusal(self.identity.get_id, IdentityPoolId=POOL), refused)
        access = {PROVIDER: sign_in("alice")["AccessToken"]}
        self.assertEqual(
            self.refusal(self.identity.get_id, IdentityPoolId=POOL, Logins=access), refused
        )
        absent = "us-east-1:00000000-0000-4000-8000-000000000000"
        self.assertEqual(
            self.refusal(self.identity.get_id, IdentityPoolId=absent),
            ("ResourceNotFoundException", 400),
        )

    def test_a_pool_without_roles_gives_no_credentials(self):
        logins = {PROVIDER: sign_in("alice")["IdToken"]}
        identity_id = self.identity.get_id(IdentityPoolId=POOL, Logins=logins)["IdentityId"]
        with self.assertRaises(ClientError) as refused:
            self.identity.get_credentials_for_identity(IdentityId=identity_id, Logins=logins)
        code = refused.exception.response["Error"]["Code"]
        if code == "NotImplemented":
            self.skipTest("the twin's services are not joined for the enhanced flow")
        self.assertEqual(code, "InvalidIdentityPoolConfigurationException")


