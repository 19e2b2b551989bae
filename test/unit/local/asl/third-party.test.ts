/** What asl-validator, which is not ours, says of the definitions that are deployed. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import aslValidator from 'asl-validator';

const machines = new URL('../../../../statemachines/', import.meta.url);

it.each(readdirSync(machines).filter((name) => name.endsWith('.asl.json')))(
  'asl-validator takes %s',
  (name) => {
    const text = readFileSync(new URL(name, machines), 'utf8')
      .replaceAll('${Partition}', 'aws')
      .replace(/\$\{(\w+Arn)\}/gu, 'arn:aws:lambda:us-east-1:123456789012:function:$1')
      .replace(/\$\{\w+\}/gu, '1');
    // It changes what it is given, which is nobody else's here.
    const definition = JSON.parse(text) as object;
    expect(aslValidator(definition)).toMatchObject({ isValid: true, errors: [] });
  },
);
