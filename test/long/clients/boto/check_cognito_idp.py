import json
import urllib.parse
import urllib.request

from jwt import PyJWK, decode, get_unverified_header
from pycognito.aws_srp import AWSSRP
from pycognito.exceptions import ForceChangePasswordException

from twin import ENDPOINTS, PASSWORD, POOL, ClientCase, claims_of, client, secret_hash, sign_in
from twin import unsigned

APP = ENDPOINTS["clients"]["app"]
CLI = ENDPOINTS["clients"]["cli"]["clientId"]


def app_parameters(username, **parameters):
    return {**parameters, "SECRET_HASH": secret_hash(APP, username)}


def get_json(url, form=None, headers=None):
    data = None if form is None else urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers or {})) as answer:
        return json.load(answer)


class SigningIn(ClientCase):
    def setUp(self):
        self.idp = unsigned("cognito-idp")

    def with_password(self, username, password=PASSWORD):
        return self.idp.initiate_auth(
            ClientId=APP["clientId"],
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters=app_parameters(username, USERNAME=username, PASSWORD=password),
        )

    def test_with_password_and_secret_hash_then_refresh(self):
        first = self.with_password("alice")["AuthenticationResult"]
        claims = claims_of(first["IdToken"])
        self.assertEqual(claims["cognito:username"], "alice")
        self.assertEqual(claims["aud"], APP["clientId"])
        refreshed = self.idp.initiate_auth(
            ClientId=APP["clientId"],
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters=app_parameters("alice", REFRESH_TOKEN=first["RefreshToken"]),
        )["AuthenticationResult"]
        self.assertEqual(claims_of(refreshed["IdToken"])["origin_jti"], claims["origin_jti"])
        self.assertNotIn("RefreshToken", refreshed)

    def test_wrong_uses(self):
        wrong = {"USERNAME": "alice", "PASSWORD": "Wrong-horse-1"}
        start = self.idp.initiate_auth
        flow = {"AuthFlow": "USER_PASSWORD_AUTH"}
        refused = ("NotAuthorizedException", 400)
        self.assertEqual(
            self.refusal(start, ClientId=CLI, AuthParameters=wrong, **flow), refused
        )
        right = {"USERNAME": "alice", "PASSWORD": PASSWORD}
        self.assertEqual(
            self.refusal(start, ClientId=APP["clientId"], AuthParameters=right, **flow), refused
        )
        self.assertEqual(
            self.refusal(start, ClientId="nobody", AuthParameters=right, **flow),
            ("ResourceNotFoundException", 400),
        )
        self.assertEqual(
            self.refusal(start, ClientId=CLI, AuthParameters={"USERNAME": "alice"}, **flow),
            ("InvalidParameterException", 400),
        )
        self.assertEqual(
            self.refusal(start, ClientId=CLI, AuthFlow="CUSTOM_AUTH", AuthParameters=right),
            ("InvalidParameterException", 400),
        )

    def test_new_password_required(self):
        challenge = self.with_password("erin", "Change-me-1")
        self.assertEqual(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED")
        self.assertEqual(challenge["ChallengeParameters"]["requiredAttributes"], "[]")
        answer = {
            "ClientId": APP["clientId"],
            "ChallengeName": "NEW_PASSWORD_REQUIRED",
            "Session": challenge["Session"],
        }
        weak = app_parameters("erin", USERNAME="erin", NEW_PASSWORD="short")
        self.assertEqual(
            self.refusal(self.idp.respond_to_auth_challenge, ChallengeResponses=weak, **answer),
            ("InvalidPasswordException", 400),
        )
        good = app_parameters("erin", USERNAME="erin", NEW_PASSWORD="Another-horse-2")
        done = self.idp.respond_to_auth_challenge(ChallengeResponses=good, **answer)
        self.assertIn("IdToken", done["AuthenticationResult"])
        self.assertEqual(
            self.refusal(self.idp.respond_to_auth_challenge, ChallengeResponses=good, **answer),
            ("NotAuthorizedException", 400),
        )

    def test_get_user_revoke_and_global_sign_out(self):
        tokens = sign_in("frank")
        user = self.idp.get_user(AccessToken=tokens["AccessToken"])
        self.assertEqual(user["Username"], "frank")
        self.idp.revoke_token(Token=tokens["RefreshToken"], ClientId=CLI)
        gone = ("NotAuthorizedException", 400)
        self.assertEqual(
            self.refusal(self.idp.get_user, AccessToken=tokens["AccessToken"]), gone
        )
        access = sign_in("frank")["AccessToken"]
        self.idp.global_sign_out(AccessToken=access)
        self.assertEqual(self.refusal(self.idp.get_user, AccessToken=access), gone)


class SecureRemotePassword(ClientCase):
    """pycognito brings its own implementation of the protocol."""

    def sign_in(self, username, password, app):
        return AWSSRP(
            username=username,
            password=password,
            pool_id=POOL,
            client_id=app["clientId"],
            client_secret=app.get("clientSecret"),
            client=unsigned("cognito-idp"),
        ).authenticate_user()

    def test_a_public_and_a_confidential_client(self):
        for app in (ENDPOINTS["clients"]["cli"], APP):
            # Often, as a leading zero bit anywhere changes what is hashed.
            for _ in range(6):
                result = self.sign_in("alice", PASSWORD, app)["AuthenticationResult"]
                self.assertEqual(claims_of(result["IdToken"])["cognito:username"], "alice")

    def test_a_wrong_password_and_a_stranger_are_refused_alike(self):
        refused = ("NotAuthorizedException", 400)
        for username in ("alice", "nobody"):
            call = lambda: self.sign_in(username, "Wrong-horse-1", APP)
            self.assertEqual(self.refusal(call), refused)

    def test_a_temporary_password_must_be_changed(self):
        idp = client("cognito-idp")
        idp.admin_create_user(
            UserPoolId=POOL, Username="srp", TemporaryPassword=PASSWORD, MessageAction="SUPPRESS"
        )
        with self.assertRaises(ForceChangePasswordException):
            self.sign_in("srp", PASSWORD, APP)
        idp.admin_delete_user(UserPoolId=POOL, Username="srp")


class Administration(ClientCase):
    def setUp(self):
        self.idp = client("cognito-idp")

    def of(self, username):
        return {"UserPoolId": POOL, "Username": username}

    def test_the_life_of_a_user(self):
        made = self.idp.admin_create_user(
            **self.of("grace"),
            TemporaryPassword="Change-me-1",
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": "grace@example.com"}],
        )["User"]
        self.assertEqual(made["UserStatus"], "FORCE_CHANGE_PASSWORD")
        self.idp.admin_set_user_password(**self.of("grace"), Password=PASSWORD, Permanent=True)
        user = self.idp.admin_get_user(**self.of("grace"))
        self.assertEqual((user["UserStatus"], user["Enabled"]), ("CONFIRMED", True))
        attributes = {item["Name"]: item["Value"] for item in user["UserAttributes"]}
        for sought in (
            'username = "grace"',
            'email = "grace@example.com"',
            'email ^= "grace@"',
            f'sub = "{attributes["sub"]}"',
        ):
            found = self.idp.list_users(UserPoolId=POOL, Filter=sought)["Users"]
            self.assertEqual([each["Username"] for each in found], ["grace"], sought)
        access = sign_in("grace")["AccessToken"]
        self.idp.admin_user_global_sign_out(**self.of("grace"))
        refused = ("NotAuthorizedException", 400)
        self.assertEqual(self.refusal(self.idp.get_user, AccessToken=access), refused)
        self.idp.admin_disable_user(**self.of("grace"))
        self.assertEqual(self.refusal(lambda: sign_in("grace")), refused)
        self.idp.admin_enable_user(**self.of("grace"))
        self.assertIn("IdToken", sign_in("grace"))
        self.idp.admin_delete_user(**self.of("grace"))
        self.assertEqual(
            self.refusal(self.idp.admin_get_user, **self.of("grace")),
            ("UserNotFoundException", 400),
        )

    def test_groups(self):
        made = self.idp.create_group(UserPoolId=POOL, GroupName="painters", Precedence=0)
        self.assertEqual(made["Group"]["Precedence"], 0)
        self.idp.admin_add_user_to_group(**self.of("frank"), GroupName="painters")
        held = self.idp.admin_list_groups_for_user(**self.of("frank"))["Groups"]
        self.assertEqual([group["GroupName"] for group in held], ["painters"])
        self.assertEqual(claims_of(sign_in("frank")["IdToken"])["cognito:groups"], ["painters"])
        self.idp.admin_remove_user_from_group(**self.of("frank"), GroupName="painters")
        self.assertEqual(self.idp.admin_list_groups_for_user(**self.of("frank"))["Groups"], [])
        names = [group["GroupName"] for group in self.idp.list_groups(UserPoolId=POOL)["Groups"]]
        self.assertIn("painters", names)

    def test_every_user_is_listed_once_over_pages(self):
        pages = self.idp.get_paginator("list_users").paginate(
            UserPoolId=POOL, PaginationConfig={"PageSize": 3}
        )
        names = [user["Username"] for page in pages for user in page["Users"]]
        self.assertEqual(len(names), len(set(names)))
        self.assertLessEqual({"alice", "bob", "carol", "dave", "erin"}, set(names))

    def test_wrong_uses(self):
        self.assertEqual(
            self.refusal(self.idp.admin_create_user, **self.of("alice")),
            ("UsernameExistsException", 400),
        )
        self.assertEqual(
            self.refusal(self.idp.create_group, UserPoolId=POOL, GroupName="readers"),
            ("GroupExistsException", 400),
        )
        self.assertEqual(
            self.refusal(self.idp.list_users, UserPoolId=POOL, Filter="shoe = 42"),
            ("InvalidParameterException", 400),
        )
        self.assertEqual(
            self.refusal(self.idp.list_users, UserPoolId="us-east-1_nothing00"),
            ("ResourceNotFoundException", 400),
        )
        self.assertEqual(
            self.refusal(unsigned("cognito-idp").list_users, UserPoolId=POOL),
            ("MissingAuthenticationTokenException", 400),
        )


class PublicDocuments(ClientCase):
    def test_tokens_verify_with_the_published_keys(self):
        keys = get_json(f"{ENDPOINTS['aws']}/{POOL}/.well-known/jwks.json")["keys"]
        token = sign_in("alice")["IdToken"]
        kid = get_unverified_header(token)["kid"]
        (key,) = [key for key in keys if key["kid"] == kid]
        claims = decode(
            token, PyJWK(key), algorithms=["RS256"], audience=CLI, issuer=ENDPOINTS["issuer"]
        )
        self.assertEqual(claims["token_use"], "id")
        found = get_json(f"{ENDPOINTS['aws']}/{POOL}/.well-known/openid-configuration")
        self.assertEqual(found["issuer"], ENDPOINTS["issuer"])

    def test_client_credentials(self):
        service = ENDPOINTS["clients"]["service"]
        answer = get_json(
            ENDPOINTS["tokenEndpoint"],
            {
                "grant_type": "client_credentials",
                "client_id": service["clientId"],
                "client_secret": service["clientSecret"],
            },
        )
        self.assertEqual(answer["token_type"], "Bearer")
        self.assertEqual(claims_of(answer["access_token"])["client_id"], service["clientId"])
