import {
  AuthorizationType,
  MockIntegration,
  PassthroughBehavior,
  type Resource,
} from 'aws-cdk-lib/aws-apigateway';
import { problemMediaType, problemOf } from '../../core/problem.ts';
import { acknowledge } from './acknowledge.ts';

const status = '405';

/** What a caller may send that should be told 405; any other media type is told 415. */
const mediaTypes = ['application/json', 'application/x-www-form-urlencoded', 'text/plain'];

/** Answers every method that a path does not have, without waking a function. @see RFC 9110 §15.5.6 */
export const refuseOtherMethods = (resource: Resource, allowed: readonly string[]): void => {
  const headers = {
    'Content-Type': `'${problemMediaType}'`,
    'Cache-Control': "'no-store'",
    Allow: `'${allowed.join(', ')}'`,
  };
  const named = <T>(value: (text: string) => T) =>
    Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [
        `method.response.header.${name}`,
        value(text),
      ]),
    );
  const method = resource.addMethod(
    'ANY',
    new MockIntegration({
      passthroughBehavior: PassthroughBehavior.WHEN_NO_TEMPLATES,
      requestTemplates: Object.fromEntries(
        mediaTypes.map((type) => [type, JSON.stringify({ statusCode: Number(status) })]),
      ),
      integrationResponses: [
        {
          statusCode: status,
          responseParameters: named((text) => text),
          responseTemplates: {
            'application/json': JSON.stringify(problemOf('Request.MethodNotAllowed')),
          },
        },
      ],
    }),
    {
      authorizationType: AuthorizationType.NONE,
      methodResponses: [{ statusCode: status, responseParameters: named(() => true) }],
    },
  );
  acknowledge(method, 'A constant answer; there is nothing to guard.', 'APIG4', 'COG4');
};
