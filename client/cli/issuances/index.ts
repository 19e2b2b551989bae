/** The ledger, for people of the group auditors. */
import { examples, type CommandModule } from '../command.ts';
import { addList } from './list.ts';
import { addShow } from './show.ts';
import { addVerify } from './verify.ts';

export const command: CommandModule = {
  define: (command, run) => {
    addList(command, run);
    addShow(command, run);
    addVerify(command, run);
    examples(
      command,
      'stepkey issuances list --access-key-id ASIA…',
      'stepkey issuances list --outcome denied --from 2026-11-01T00:00:00Z --all',
      'stepkey issuances show 0193…',
      'stepkey issuances verify --output json > heads.json',
      'stepkey issuances verify --heads heads.json',
      'stepkey issuances verify --export ./ledger --heads heads.json',
    );
  },
};
