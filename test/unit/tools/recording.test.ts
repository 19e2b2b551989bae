import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readCast, writtenCast } from '../../../tools/recording/cast.ts';
import { filmOf } from '../../../tools/recording/frames.ts';
import { renderSvg } from '../../../tools/recording/render.ts';
import { createScreen } from '../../../tools/recording/screen.ts';
import { tape } from '../../../tools/recording/tape.ts';
import { unfitIn } from '../../../tools/recording/fit-to-show.ts';
import { linksIn, root } from '../../support/docs.ts';

const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');
const castFile = textOf('docs/images/main-path.cast');
const svgFile = textOf('docs/images/main-path.svg');
const cast = readCast(castFile);
const shown = cast.output.map(({ text }) => text).join('');

describe('the recording on the first page', () => {
  it('is the first picture of README, and reached from it as a recording', () => {
    const [first] = linksIn('README.md');
    expect(first).toBe('docs/images/main-path.svg');
    expect(linksIn('README.md')).toContain('docs/images/main-path.cast');
  });

  it('is drawn from what was recorded', () => {
    expect(svgFile).toBe(renderSvg(cast));
    expect(writtenCast(cast)).toBe(castFile);
  });

  it('has every line of the tape, and what came of them', () => {
    const screen = createScreen(cast.columns, 10_000);
    screen.write(shown);
    const seen = screen
      .picture()
      .lines.map((line) => line.map(({ character }) => character).join(''))
      .join('\n');
    const unwrapped = seen.replaceAll('\n', '');
    for (const { typed } of tape) expect(unwrapped).toContain(typed);
    expect(seen).toContain('Logged in as alice');
    expect(seen).toMatch(/^source +minted$/m);
    expect(seen).toContain('AccessDenied');
    expect(seen).toMatch(/^AssumeMappedRole /m);
    expect(seen).toMatch(/^Issued /m);
  });

  it('shows no secret, and nothing of where it was made', () => {
    expect(unfitIn(castFile)).toEqual([]);
    expect(unfitIn(shown)).toEqual([]);
    expect(unfitIn(svgFile)).toEqual([]);
  });

  it('has no script, nothing from elsewhere, and every line that it uses', () => {
    expect(svgFile).not.toMatch(/<script|javascript:|<image|@import|url\(/);
    const links = [...svgFile.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !link.startsWith('#'))).toEqual([]);
    const ids = new Set([...svgFile.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id));
    expect(links.filter((link) => !ids.has(link.slice(1)))).toEqual([]);
  });

  it('stands still, at what was handed out and refused, where motion is not wanted', () => {
    const { frames, still } = filmOf(cast);
    const { lines = [] } = frames[still]?.picture ?? {};
    const words = lines.map((line) => line.map(({ character }) => character).join('')).join('\n');
    for (const word of ['Logged in', 'AccessDenied', 'minted', 'cache', 'denied']) {
      expect(words).toContain(word);
    }
    const moved = String(-still * cast.columns * 8);
    expect(svgFile).toContain(`.film{transform:translateX(${moved}px)}`);
    expect(svgFile).toContain('@media (prefers-reduced-motion:no-preference){.film{animation:');
  });
});

describe('what may not be shown', () => {
  it.each([
    ['a token', 'Bearer eyJhbGciOiJSUzI1NiJ9'],
    ['a password', 'Correct-horse-1'],
    ['a session token', 'a/b'.repeat(40)],
    ['a secret access key', `key ${'aB3/'.repeat(10)} end`],
    ['a path of the machine', 'at /home/me/stepkey'],
  ])('%s is found', (what, text) => {
    expect(unfitIn(text)).toEqual([what]);
  });

  it('what is secret in a run, or names its machine, is found as it is', () => {
    expect(unfitIn('on host-7', ['host-7'])).toEqual(['a secret or a name of this run']);
    expect(unfitIn('on host-7', [''])).toEqual([]);
  });
});

describe('the screen', () => {
  const linesAfter = (text: string): readonly string[] => {
    const screen = createScreen(8, 3);
    screen.write(text);
    return screen.picture().lines.map((line) =>
      line
        .map(({ character }) => character)
        .join('')
        .trimEnd(),
    );
  };

  it.each([
    ['a line that is written over', 'one\rtwo', ['two']],
    ['a line that is erased', 'one\r\u001b[2Ktwo', ['two']],
    ['what is erased to the end', 'three\r\u001b[3C\u001b[Kx', ['thrx']],
    ['a long line that is folded', '123456789', ['12345678', '9']],
    ['lines that scroll away', 'a\r\nb\r\nc\r\nd', ['b', 'c', 'd']],
    ['a cursor that goes up', 'a\r\nb\u001b[1A!', ['a!', 'b']],
    ['a tab', 'a\tb', ['a      b']],
  ])('shows %s', (_, text, lines) => {
    expect(linesAfter(text)).toEqual(lines);
  });

  it('refuses what it does not know', () => {
    expect(() => linesAfter('\u001b[5S')).toThrow('5S');
    expect(() => linesAfter('\u001b[48m')).toThrow('48');
  });
});
