/** Policies as they are read, once for each document: a changed policy is another document. */
import { asList } from './policy.ts';
import type { PolicyDocument } from './policy.ts';
import { readStatement } from './statement.ts';
import type { ReadStatement } from './statement.ts';

/** In the document's order. */
type StatementsOn = (action: string) => readonly ReadStatement[];

const readDocument = ({ Version, Statement }: PolicyDocument): StatementsOn => {
  // IAM knows variables since this version only; before, and by default, `${…}` is plain text.
  const variables = Version === '2012-10-17';
  const statements = asList(Statement).map((one, index) => readStatement(one, index, variables));
  // Never many: the actions are those of the operations that are emulated.
  const byAction = new Map<string, readonly ReadStatement[]>();
  return (action) => {
    const known = byAction.get(action);
    if (known !== undefined) return known;
    const lowerCase = action.toLowerCase();
    const found = statements.filter(({ speaksOf }) => speaksOf(lowerCase));
    byAction.set(action, found);
    return found;
  };
};

const documents = new WeakMap<PolicyDocument, StatementsOn>();

/** The statements of a document that speak of an action, whatever the resource and the conditions. */
export const statementsOn = (
  document: PolicyDocument,
  action: string,
): readonly ReadStatement[] => {
  const known = documents.get(document);
  if (known !== undefined) return known(action);
  const read = readDocument(document);
  documents.set(document, read);
  return read(action);
};
