import type { JSX } from 'preact';
import { linkTo } from '../address.ts';
import { clueOf, type Clue } from '../clue.ts';
import { fieldOf } from '../form-field.ts';

const addressOf = (clue: Clue): string => {
  if (clue.kind === 'list') return linkTo([], clue.filters);
  if (clue.kind === 'object') return linkTo(['objects'], { object: clue.object });
  return clue.kind === 'id' ? linkTo(['find', clue.id]) : linkTo(['find'], { name: clue.name });
};

/** One field for whatever an auditor has in hand. */
export const ClueForm = (): JSX.Element => (
  <form
    class="clue"
    role="search"
    onSubmit={(event) => {
      event.preventDefault();
      const clue = clueOf(fieldOf(new FormData(event.currentTarget), 'clue'));
      if (clue !== null) location.hash = addressOf(clue);
    }}
  >
    <label>
      Find by any clue
      <input name="clue" aria-describedby="clues" autocomplete="off" spellcheck={false} />
    </label>
    <button type="submit">Find</button>
    <p id="clues" class="quiet">
      An access key id or a role session from CloudTrail, an object of S3, a person, a grant or job,
      a session, an execution, or a time (UTC).
    </p>
  </form>
);
