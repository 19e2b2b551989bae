#!/usr/bin/env node
/** The `stepkey` command. */
import { runProgram } from '../client/cli/program.ts';
import { processTerminal } from '../client/cli/terminal.ts';
import { version } from '../package.json';

// What Node or a library would like its developer to know is nothing for the person at the terminal.
process.removeAllListeners('warning');
// `stepkey … | head`: nobody reads on, and that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});
process.exitCode = await runProgram(processTerminal(), process.argv.slice(2), version);
