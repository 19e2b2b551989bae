import { describe, expect, it } from '@jest/globals';
import { withAwsProfile } from '../../../../client/cli/aws-profile.ts';

const ours = { credential_process: 'stepkey credential-process --profile a', region: 'r' };
const profile = { name: 'a', settings: ours };
const section =
  '[profile a]\ncredential_process = stepkey credential-process --profile a\nregion = r\n';

describe('an AWS profile', () => {
  it.each([
    ['an empty file', '', section],
    ['a file without a last line end', '[default]\nx = 1', `[default]\nx = 1\n\n${section}`],
    ['a file that ends with a gap', '[default]\n\n', `[default]\n\n${section}`],
  ])('is added to %s', (_, before, after) => {
    expect(withAwsProfile(before, profile, false)).toBe(after);
  });

  it('is there once, whatever is written how often', () => {
    const once = withAwsProfile('', profile, false);
    expect(withAwsProfile(once, profile, false)).toBe(once);
  });

  it('keeps comments, settings and sections of others, and the line ends', () => {
    const before = `# top\r\n[profile  "a" ]\r\n# mine\r\noutput = json\r\ns3 =\r\n  max = 1\r\nregion = old\r\n\r\n[profile ab]\r\nregion = b\r\n`;
    expect(withAwsProfile(before, profile, false)).toBe(
      `# top\r\n[profile  "a" ]\r\ncredential_process = ${ours.credential_process}\r\nregion = r\r\n# mine\r\noutput = json\r\ns3 =\r\n  max = 1\r\n\r\n[profile ab]\r\nregion = b\r\n`,
    );
  });

  it.each([
    'role_arn = x',
    'aws_access_key_id = x',
    'sso_session = x',
    'credential_process = other',
  ])('is not written over one with %s, unless it is forced', (line) => {
    const before = `[profile a]\n${line}\n[profile b]\n${line}\n`;
    expect(() => withAwsProfile(before, profile, false)).toThrow('--force');
    expect(withAwsProfile(before, profile, true)).toBe(`${section}[profile b]\n${line}\n`);
  });

  it('called default has a header of its own kind', () => {
    expect(withAwsProfile('', { name: 'default', settings: { region: 'r' } }, false)).toBe(
      '[default]\nregion = r\n',
    );
  });
});
