import { describe, expect, it } from '@jest/globals';
import { FileFaultsError, faultIn, faultLine } from '../../../core/file-faults.ts';

class SomeFaults extends FileFaultsError {
  constructor(faults: FileFaultsError['faults']) {
    super('grants', faults);
  }
}
const fault = faultIn('grants/a.json', { path: ['role', 'permissions', 0], reason: 'is wrong' });

describe('a fault of a reviewed file', () => {
  it('is said with its place', () => {
    expect(fault.path).toBe('role.permissions.0');
    expect(faultLine(fault)).toBe('grants/a.json: role.permissions.0: is wrong');
  });

  it('is said of the whole file where it has no place', () => {
    expect(faultLine({ ...fault, path: '' })).toBe('grants/a.json: is wrong');
  });

  it('stands with all the others in one message, one a line', () => {
    const one = new SomeFaults([fault]);
    expect(one.faults).toEqual([fault]);
    expect(one.message).toBe(`The grants have 1 fault:\n  ${faultLine(fault)}`);
    expect(new SomeFaults([fault, { ...fault, path: '' }]).message).toBe(
      `The grants have 2 faults:\n  ${faultLine(fault)}\n  grants/a.json: is wrong`,
    );
  });
});
