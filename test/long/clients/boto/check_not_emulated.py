from twin import ClientCase, client


class WhatTheTwinDoesNotHave(ClientCase):
    """Says so with 501 and the name of the operation, in each protocol."""

    def message(self, call, **arguments):
        try:
            call(**arguments)
        except client("sts").exceptions.ClientError as refused:
            status = refused.response["ResponseMetadata"]["HTTPStatusCode"]
            return status, refused.response["Error"]["Message"]
        self.fail("was answered")

    def test_services(self):
        for call, named in (
            (client("iam").list_users, "iam:ListUsers is not emulated."),
            (client("sns").list_topics, "sns:ListTopics is not emulated."),
            (client("apigateway").get_rest_apis, "apigateway:GET /restapis is not emulated."),
            (client("ssm").describe_parameters, "AmazonSSM.DescribeParameters is not emulated."),
        ):
            self.assertEqual(self.message(call), (501, named))

    def test_operations(self):
        for call, named in (
            (client("sts").get_session_token, "sts:GetSessionToken is not emulated."),
            (client("kms").list_keys, "kms:ListKeys is not emulated."),
            (client("lambda").list_functions, "lambda:GET /2015-03-31/functions"),
        ):
            status, message = self.message(call)
            self.assertEqual(status, 501)
            self.assertTrue(message.startswith(named), message)
