import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { anchorsIn, documents, linksIn, root } from '../../support/docs.ts';

const isOutside = (link: string): boolean => /^(https?|mailto):/.test(link);

describe('the documents', () => {
  it.each(documents)('%s links to files and headings that are there', (document) => {
    const broken = linksIn(document)
      .filter((link) => !isOutside(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? document : normalize(join(dirname(document), path));
        if (!existsSync(join(root, target))) return true;
        return anchor !== undefined && target.endsWith('.md') && !anchorsIn(target).has(anchor);
      });
    expect(broken).toEqual([]);
  });

  it.each(documents)('%s links to the outside by https only', (document) => {
    expect(linksIn(document).filter((link) => link.startsWith('http:'))).toEqual([]);
  });

  it('are each reached from the first page', () => {
    const reached = new Set<string>();
    const visit = (document: string): void => {
      if (reached.has(document)) return;
      reached.add(document);
      for (const link of linksIn(document).filter((each) => !isOutside(each))) {
        const target = normalize(join(dirname(document), link.split('#')[0] ?? ''));
        if (documents.includes(target)) visit(target);
      }
    };
    visit('README.md');
    expect(documents.filter((document) => !reached.has(document))).toEqual([]);
  });
});
