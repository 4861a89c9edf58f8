/** What is loaded when one of these commands is asked for: few files, since each takes its time at a start of the tool. */
export { deadLettersCommand } from './dead-letters.ts';
export { eventsCommand } from './events.ts';
