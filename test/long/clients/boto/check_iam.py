from twin import ENDPOINTS, ClientCase, client

MACHINE = ENDPOINTS["stateMachines"]["issue-credentials"]
DENIAL = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"none:None","Resource":"*"}]}'


class Roles(ClientCase):
    def setUp(self):
        self.iam = client("iam")
        machine = client("stepfunctions").describe_state_machine(stateMachineArn=MACHINE)
        self.role = machine["roleArn"].rsplit("/", 1)[-1]

    def test_a_policy_of_a_role(self):
        described = self.iam.get_role(RoleName=self.role)["Role"]
        statement = described["AssumeRolePolicyDocument"]["Statement"]
        self.assertIn("states.amazonaws.com", str(statement))
        self.iam.put_role_policy(RoleName=self.role, PolicyName="boto", PolicyDocument=DENIAL)
        kept = self.iam.get_role_policy(RoleName=self.role, PolicyName="boto")
        self.assertEqual(kept["PolicyDocument"]["Statement"][0]["Action"], "none:None")
        self.iam.delete_role_policy(RoleName=self.role, PolicyName="boto")
        self.assertEqual(
            self.refusal(self.iam.get_role_policy, RoleName=self.role, PolicyName="boto"),
            ("NoSuchEntity", 404),
        )

    def test_wrong_uses(self):
        put = self.iam.put_role_policy
        self.assertEqual(
            self.refusal(put, RoleName=self.role, PolicyName="boto", PolicyDocument="{"),
            ("MalformedPolicyDocument", 400),
        )
        self.assertEqual(
            self.refusal(self.iam.get_role, RoleName="absent"), ("NoSuchEntity", 404)
        )
        attached = self.iam.get_paginator("list_attached_role_policies")
        pages = list(attached.paginate(RoleName=self.role))
        self.assertFalse(pages[-1]["IsTruncated"])
