/** Every command: its name, what it does, and its file, which is loaded only when it is called. */
import type { CommandEntry } from './command.ts';

const entry = (name: string, summary: string, load: CommandEntry['load']): CommandEntry => ({
  name,
  summary,
  load,
});

export const commands: readonly CommandEntry[] = [
  entry('login', 'sign in at the user pool', () => import('./login.ts')),
  entry('logout', 'end the login and forget its tokens', () => import('./logout.ts')),
  entry('whoami', 'who is logged in, and for how long', () => import('./whoami.ts')),
  entry('token', 'print the ID token, for curl', () => import('./token.ts')),
  entry(
    'credentials',
    'AWS credentials, as the broker gives them',
    () => import('./credentials.ts'),
  ),
  entry(
    'credential-process',
    'AWS credentials for AWS SDKs and the AWS CLI',
    () => import('./credential-process.ts'),
  ),
  entry('exec', 'run a command with AWS credentials', () => import('./exec.ts')),
  entry('env', 'AWS credentials as exports for a shell', () => import('./env.ts')),
  entry('serve', 'answer AWS SDKs on this machine', () => import('./serve.ts')),
  entry('decide', 'what would be issued, or why not', () => import('./decide.ts')),
  entry(
    'identity',
    'the identity id in the identity pool; for operators: mend it',
    () => import('./identity/index.ts'),
  ),
  entry('batch', 'credentials for many subjects ahead of a job', () => import('./batch/index.ts')),
  entry('revoke', 'end access, and restore it', () => import('./revoke.ts')),
  entry(
    'issuances',
    'what was handed out and refused, for auditors',
    () => import('./issuances/index.ts'),
  ),
  entry('events', 'tell the event bus again, for operators', () => import('./events.ts')),
  entry('grants', 'list and check reviewed grant files', () => import('./grants/index.ts')),
  entry('configure', 'write profiles, for stepkey and for AWS', () => import('./configure.ts')),
  entry('console', 'serve the audit page and open it', () => import('./console.ts')),
  entry('doctor', 'find what is wrong and what to do', () => import('./doctor.ts')),
  entry('completion', 'completion for bash, zsh or fish', () => import('./completion.ts')),
];
