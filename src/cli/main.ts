#!/usr/bin/env node
// Before anything is loaded: a secret that was given as an argument can be read in the list of processes until then.
process.title = 'taritools';

const { quietTerminal } = await import('#platform/cli/terminal/quiet-terminal.ts');
const quiet = quietTerminal(process);

const { runFromProcess } = await import('./run.ts');
process.exitCode = await runFromProcess(process, quiet);
