import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { InterfaceVpcEndpoint, Vpc } from 'aws-cdk-lib/aws-ec2';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from '@jest/globals';
import { embedBroker, grantFile, grantsWith, variablesOf } from './embedded-broker.ts';
import { flatten, type TemplatePolicy } from './policy-lines.ts';

// One file, though long: two synthesized brokers serve its stories.

const endpoint = (stack: Stack, id: string) =>
  InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(stack, id, {
    vpcEndpointId: `vpce-${id.toLowerCase()}`,
    port: 443,
  });

const existingRoleArn = 'arn:aws:iam::210987654321:role/reporting';
const namesRole = {
  ...grantFile,
  role: { arn: existingRoleArn },
};

/** Within the account's network, and reached from there only. */
const inNetwork = embedBroker((stack) => ({
  network: {
    vpc: Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1',
      availabilityZones: ['eu-central-1a', 'eu-central-1b'],
      privateSubnetIds: ['subnet-1', 'subnet-2'],
    }),
    stsEndpoints: [endpoint(stack, 'Sts')],
  },
  apiFront: {
    vpcEndpoints: [endpoint(stack, 'ExecuteApi')],
    webAclArn: 'arn:aws:wafv2:eu-central-1:210987654321:regional/webacl/acme/1',
  },
}));

/** Several pools, a role that was there, an identity pool of its own, a domain, and nothing kept. */
const withOwnNames = embedBroker((stack) => ({
  userPools: ['staff', 'partners'].map((alias, index) => ({
    alias,
    userPool: UserPool.fromUserPoolId(stack, alias, `eu-central-1_AbCdEf12${String(index)}`),
    clients: { [`web-${alias}`]: `1example${alias}` },
  })),
  identityPoolId: undefined as never,
  developerProvider: undefined as never,
  grantsDirectory: grantsWith({
    'tables.json': { ...grantFile, clients: ['web-staff'] },
    'reporting.json': { ...namesRole, clients: ['web-partners'] },
  }),
  existingRoles: [
    {
      grant: 'reporting',
      role: new Role(stack, 'Reporting', {
        roleName: 'reporting',
        assumedBy: new AccountPrincipal('210987654321'),
      }),
    },
  ],
  apiFront: {
    domain: {
      domainName: 'keys.acme.example',
      certificate: Certificate.fromCertificateArn(
        stack,
        'Certificate',
        'arn:aws:acm:eu-central-1:210987654321:certificate/1',
      ),
    },
  },
  removalPolicy: RemovalPolicy.DESTROY,
}));

interface RoleProperties {
  readonly RoleName?: string;
  readonly Path?: string;
  readonly AssumeRolePolicyDocument: TemplatePolicy;
  readonly ManagedPolicyArns?: readonly unknown[];
  readonly Policies?: readonly { readonly PolicyDocument: TemplatePolicy }[];
}

const rolesOf = (template: Template): readonly RoleProperties[] =>
  Object.values(template.findResources('AWS::IAM::Role')).map(
    (resource) => resource['Properties'] as RoleProperties,
  );

const functionsOf = (template: Template) =>
  Object.values(template.findResources('AWS::Lambda::Function')).map(
    (resource) =>
      resource['Properties'] as {
        FunctionName: string;
        VpcConfig?: { SubnetIds: unknown; SecurityGroupIds: unknown };
      },
  );

describe('a broker in a network of the account’s own', () => {
  const { template } = inNetwork;

  it('runs every function in the private subnets, behind one group that lets nothing in', () => {
    const functions = functionsOf(template);
    expect(functions.length).toBeGreaterThan(8);
    for (const { VpcConfig } of functions) {
      expect(VpcConfig?.SubnetIds).toEqual(['subnet-1', 'subnet-2']);
      expect(flatten(VpcConfig?.SecurityGroupIds)).toBe('<BrokerFunctionsSecurityGroup.GroupId>');
    }
    template.resourceCountIs('AWS::EC2::SecurityGroup', 1);
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  });

  it('lets Lambda make network interfaces, and denies that to the functions’ own code', () => {
    const functions = functionsOf(template);
    const statements = rolesOf(template)
      .flatMap(({ Policies = [] }) => Policies)
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    const allowed = statements.filter(({ Sid }) => Sid === 'AttachToNetwork');
    const denied = statements.filter(({ Sid }) => Sid === 'LeaveNetworkToLambda');
    expect(allowed).toHaveLength(functions.length);
    expect(denied.map(({ Effect }) => Effect)).toEqual(denied.map(() => 'Deny'));
    expect(denied.map(({ Condition }) => flatten(Condition?.['ArnEquals'])).sort()).toEqual(
      functions
        .map(
          ({ FunctionName }) =>
            `{"lambda:SourceFunctionArn":"arn:aws:lambda:eu-central-1:210987654321:function:${FunctionName}"}`,
        )
        .sort(),
    );
    expect(denied.map(({ Action }) => Action)).toEqual(allowed.map(({ Action }) => Action));
  });

  it('opens its roles only to who comes through the endpoint of STS [SEC-60]', () => {
    const mapped = rolesOf(template).filter(({ Path }) => Path === '/stepkey/');
    expect(mapped).toHaveLength(1);
    for (const { AssumeRolePolicyDocument } of mapped) {
      expect(
        AssumeRolePolicyDocument.Statement.map(
          ({ Condition }) => Condition?.['StringEquals']?.['aws:SourceVpce'],
        ),
      ).toEqual([['vpce-sts']]);
    }
  });

  it('has a private API, which answers what comes through its endpoints and nothing else', () => {
    template.hasResourceProperties('AWS::ApiGateway::RestApi', {
      EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: ['vpce-executeapi'] },
      Policy: {
        Statement: [
          {
            Effect: 'Allow',
            Action: 'execute-api:Invoke',
            Condition: { StringEquals: { 'aws:SourceVpce': ['vpce-executeapi'] } },
          },
        ],
      },
    });
  });

  it('has the web ACL before its stage', () => {
    template.hasResourceProperties('AWS::WAFv2::WebACLAssociation', {
      WebACLArn: 'arn:aws:wafv2:eu-central-1:210987654321:regional/webacl/acme/1',
      ResourceArn: Match.anyValue(),
    });
  });
});

describe('a broker with names and pools of its own', () => {
  const { template, broker } = withOwnNames;

  it('takes the tokens of every pool, at the authorizer too', () => {
    const pools = JSON.parse(flatten(variablesOf(template, 'acme-api')['USER_POOLS'])) as {
      alias: string;
    }[];
    expect(pools.map(({ alias }) => alias)).toEqual(['staff', 'partners']);
    const [authorizer] = Object.values(template.findResources('AWS::ApiGateway::Authorizer'));
    expect((authorizer?.['Properties'] as { ProviderARNs: unknown[] }).ProviderARNs).toHaveLength(
      2,
    );
  });

  it('makes an identity pool that gives nobody a role', () => {
    template.hasResourceProperties('AWS::Cognito::IdentityPool', {
      AllowUnauthenticatedIdentities: false,
      DeveloperProviderName: 'login.stepkey',
      CognitoIdentityProviders: ['staff', 'partners'].map((alias) => ({
        ClientId: `1example${alias}`,
        ServerSideTokenCheck: true,
      })),
    });
    template.resourceCountIs('AWS::Cognito::IdentityPoolRoleAttachment', 0);
  });

  it('opens a role that was there to its grant, and has it deny what was revoked [SEC-31]', () => {
    const role = rolesOf(template).find(({ RoleName }) => RoleName === 'reporting');
    expect(role?.ManagedPolicyArns?.map(flatten)).toEqual(['<BrokerDenyPolicy>']);
    const [own, ofBroker, ...others] = role?.AssumeRolePolicyDocument.Statement ?? [];
    expect(own?.Action).toBe('sts:AssumeRole');
    expect(others).toEqual([]);
    expect(ofBroker).toMatchObject({
      Principal: { Federated: 'cognito-identity.amazonaws.com' },
      Condition: {
        StringEquals: { 'aws:RequestTag/stepkey-grant': 'reporting' },
        'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'login.stepkey' },
      },
    });
  });

  it('answers at its domain and nowhere else', () => {
    expect(broker.apiUrl).toBe('https://keys.acme.example/');
    template.hasResourceProperties('AWS::ApiGateway::DomainName', {
      DomainName: 'keys.acme.example',
      SecurityPolicy: 'TLS_1_2',
      EndpointConfiguration: { Types: ['REGIONAL'] },
    });
    template.hasResourceProperties('AWS::ApiGateway::RestApi', { DisableExecuteApiEndpoint: true });
  });

  it('keeps nothing where it is told to keep nothing', () => {
    for (const type of ['AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::Cognito::IdentityPool']) {
      const policies = Object.values(template.findResources(type)).map(
        (resource) => resource['DeletionPolicy'] as string,
      );
      expect(policies.length).toBeGreaterThan(0);
      expect(new Set(policies)).toEqual(new Set(['Delete']));
    }
  });
});

describe('what cannot be', () => {
  it('is a domain for a private API', () => {
    expect(() =>
      embedBroker((stack) => ({
        apiFront: {
          vpcEndpoints: [endpoint(stack, 'ExecuteApi')],
          domain: {
            domainName: 'keys.acme.example',
            certificate: Certificate.fromCertificateArn(stack, 'C', 'arn:aws:acm:::certificate/1'),
          },
        },
      })),
    ).toThrow(/private API/);
  });

  it('is a role that was there for a grant that makes its own', () => {
    expect(() =>
      embedBroker((stack) => ({
        existingRoles: [{ grant: 'tables', role: Role.fromRoleName(stack, 'Role', 'tables') }],
      })),
    ).toThrow(/tables names no role/);
  });

  it('is trust for an imported role: synthesis warns, and says what to run', () => {
    const { broker } = embedBroker((stack) => ({
      grantsDirectory: grantsWith({ 'reporting.json': namesRole }),
      existingRoles: [
        { grant: 'reporting', role: Role.fromRoleArn(stack, 'Role', existingRoleArn) },
      ],
    }));
    const warnings = Annotations.fromStack(Stack.of(broker)).findWarning(
      '*',
      Match.stringLikeRegexp('attach-role-policy --role-name reporting'),
    );
    expect(warnings).toHaveLength(1);
  });

  it('is a broker of the repository without bundles', () => {
    expect(() => embedBroker(() => ({ functionsDirectory: undefined as never }))).toThrow(
      /functionsDirectory/,
    );
  });
});

describe('cdk-nag’s AWS Solutions rules', () => {
  it.each([
    ['in a network', inNetwork],
    ['with names and pools of its own', withOwnNames],
  ])('find nothing in a broker %s that was not acknowledged', (_, { app }) => {
    const { violations } = new AwsSolutionsChecks().validateScope(app);
    expect(violations).toEqual([]);
  });
});
