/** What is loaded when one of these commands is asked for: few files, since each takes its time at a start of the tool. */
export { priceUpdatesCommand } from './price-updates.ts';
export { rejectedCommand } from './rejected-webhooks.ts';
export { rescanCommand } from './rescan.ts';
