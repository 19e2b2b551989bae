import type { Stories } from '../story.ts';
import { archive } from './archive.ts';
import { batches } from './batches.ts';
import { dataKey } from './data-key.ts';
import { issuing } from './issuing.ts';
import { ledger } from './ledger.ts';
import { mappedRoles } from './mapped-roles.ts';
import { people } from './people.ts';
import { revoking } from './revoking.ts';
import { routes } from './routes.ts';
import { rows } from './rows.ts';
import { sealing } from './sealing.ts';
import { services } from './services.ts';
import { starting } from './starting.ts';

/** What works first, what is refused last: the order in which they are tried on a mutant. */
export const stories: Stories = [
  ...issuing,
  ...routes,
  ...batches,
  ...revoking,
  ...services,
  ...ledger,
  ...archive,
  ...mappedRoles,
  ...starting,
  ...sealing,
  ...dataKey,
  ...people,
  ...rows,
];
