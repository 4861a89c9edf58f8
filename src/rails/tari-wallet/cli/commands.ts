/** What is loaded when one of these commands is asked for: few files, since each takes its time at a start of the tool. */
export { notifyCommand } from './notify.ts';
export { queueCommand } from './queue.ts';
export { replayCommand } from './replay.ts';
export { confirmedCommand, receivedCommand } from './report-commands.ts';
