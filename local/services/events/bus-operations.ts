/** Event buses. The default bus is always there. */
import type { Clock } from '../../../core/ports.ts';
import { AwsError } from '../../aws.ts';
import type { Operation } from '../../aws.ts';
import type { PolicyDocument } from '../../iam/policy.ts';
import type { Collection } from '../../state/store.ts';
import { inputs, read } from './inputs.ts';
import type { StoredBus, StoredRule } from './model.ts';
import { busArn, busNameOf, defaultBus } from './names.ts';
import { pageOf } from './page.ts';

export const noSuchBus = (bus: string): AwsError =>
  new AwsError('ResourceNotFoundException', `Event bus ${bus} does not exist.`);

/** Undefined for a bus that has no policy. */
export const busPolicy = (bus: StoredBus | undefined): PolicyDocument | undefined => {
  const statements = Object.entries(bus?.statements ?? {});
  if (statements.length === 0) return undefined;
  return {
    Version: '2012-10-17',
    Statement: statements.map(([Sid, statement]) => ({ ...statement, Sid })),
  };
};

const policyText = (bus: StoredBus): { readonly Policy?: string } => {
  const policy = busPolicy(bus);
  return policy === undefined ? {} : { Policy: JSON.stringify(policy) };
};

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

/** Members that would change what a bus does. */
const notEmulated = ['EventSourceName', 'KmsKeyIdentifier', 'DeadLetterConfig', 'LogConfig'];

const refuseMembers = (input: Record<string, unknown>): void => {
  const given = notEmulated.find((member) => input[member] !== undefined);
  if (given !== undefined)
    throw new AwsError('NotImplemented', `events:CreateEventBus with ${given} is not emulated.`, {
      statusCode: 501,
    });
};

export const busOperations = ({
  buses,
  rules,
  clock,
}: {
  readonly buses: Collection<StoredBus>;
  readonly rules: Collection<StoredRule>;
  readonly clock: Clock;
}): Readonly<Record<string, Operation>> => {
  const shown = (bus: StoredBus) => ({
    ...shownWithoutPolicy(bus),
    ...policyText(bus),
  });
  const shownWithoutPolicy = ({ name, description, createdAtEpochMillis }: StoredBus) => ({
    Name: name,
    Arn: busArn(name),
    ...(description === null ? {} : { Description: description }),
    CreationTime: new Date(createdAtEpochMillis),
    LastModifiedTime: new Date(createdAtEpochMillis),
  });
  const onBus = (operation: string, run: Operation['run']): Operation => ({
    authorize: (input) => [
      { action: `events:${operation}`, resource: busArn(busNameOf(input['Name'])) },
    ],
    run,
  });

  return {
    CreateEventBus: onBus('CreateEventBus', async (input) => {
      const { Name, Description } = read(inputs.createBus, input);
      refuseMembers(input);
      if (Name.startsWith('aws.'))
        throw invalid("EventBus name starting with 'aws.' is not valid.");
      if (Name.includes('/')) throw invalid("Event bus name must not contain '/'.");
      if (buses.get(Name) !== undefined)
        throw new AwsError('ResourceAlreadyExistsException', `Event bus ${Name} already exists.`);
      const description = Description ?? null;
      await buses.put(Name, {
        name: Name,
        description,
        createdAtEpochMillis: clock.nowEpochMillis(),
      });
      return {
        EventBusArn: busArn(Name),
        ...(description === null ? {} : { Description: description }),
      };
    }),
    DescribeEventBus: onBus('DescribeEventBus', (input) => {
      const name = busNameOf(read(inputs.describeBus, input).Name);
      const bus = buses.get(name);
      return bus === undefined ? Promise.reject(noSuchBus(name)) : Promise.resolve(shown(bus));
    }),
    DeleteEventBus: onBus('DeleteEventBus', async (input) => {
      const name = busNameOf(read(inputs.deleteBus, input).Name);
      if (name === defaultBus) throw invalid('Cannot delete event bus default.');
      if ([...rules.entries()].some(([, { bus }]) => bus === name))
        throw invalid(`Event bus ${name} can't be deleted since it has rules.`);
      await buses.delete(name);
      return {};
    }),
    ListEventBuses: {
      authorize: () => [{ action: 'events:ListEventBuses', resource: '*' }],
      run: (input) => {
        const { NamePrefix = '', ...place } = read(inputs.listBuses, input);
        const found = [...buses.entries()]
          .map(([, bus]) => bus)
          .filter(({ name }) => name.startsWith(NamePrefix));
        const { items, next } = pageOf(found, ({ name }) => name, place);
        return Promise.resolve({ EventBuses: items.map(shown), ...next });
      },
    },
  };
};
