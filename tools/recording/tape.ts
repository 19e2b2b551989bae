/** What is typed for the recording of docs/images/main-path.cast, in order. */

import { demoPassword } from '../../local/users.ts';

export interface Scene {
  readonly typed: string;
  /** Typed without being shown when the command asks for it. */
  readonly answer?: { readonly asked: string; readonly typed: string };
  /** Time to read what it printed. */
  readonly restSeconds: number;
  /** What the terminal shows after it is the picture where nothing may move. */
  readonly isStill?: true;
}

export const title =
  'Alice logs in, gets credentials for her own files and no others, and an auditor reads what was handed out';

/** The shell that it is typed into knows `BUCKET`, and the identity ids of `ALICE` and `BOB`. */
export const tape: readonly Scene[] = [
  {
    typed: '# npm start runs in the other terminal: the whole broker, no AWS account, no Docker',
    restSeconds: 0.6,
  },
  {
    typed: 'stepkey login --username alice',
    answer: { asked: 'Password of alice', typed: demoPassword },
    restSeconds: 1,
  },
  {
    typed:
      'stepkey credentials -o table | grep -E "^(accessKeyId|expiration|grant|roleArn|source) "',
    restSeconds: 2,
  },
  { typed: 'stepkey exec -- aws s3 ls s3://$BUCKET/private/$ALICE/', restSeconds: 1.2 },
  { typed: 'stepkey exec -- aws s3 ls s3://$BUCKET/private/$BOB/', restSeconds: 2 },
  { typed: 'stepkey credentials --grant team-read', restSeconds: 1.8 },
  { typed: '# Audrey, an auditor, sees what was handed out and refused', restSeconds: 0.4 },
  {
    typed: 'stepkey -p audrey issuances list -o text | cut -f 1,2,4,6,7',
    restSeconds: 2.5,
    isStill: true,
  },
  { typed: '# and of each one the record, and the steps that led to it', restSeconds: 0.4 },
  {
    typed:
      'stepkey -p audrey issuances show $(stepkey -p audrey issuances list --outcome minted -o text | cut -f 9)',
    restSeconds: 1,
  },
];
