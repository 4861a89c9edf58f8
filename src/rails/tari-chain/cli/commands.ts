/** What is loaded when one of these commands is asked for: few files, since each takes its time at a start of the tool. */
export { chainCommand } from './chain-commands.ts';
export { checkCommand } from './check-command.ts';
export { doctorCommand } from './doctor-command.ts';
export { keysCommand } from './keys-command.ts';
