/** What is loaded when one of these commands is asked for: few files, since each takes its time at a start of the tool. */
export { accountsCommand } from './accounts.ts';
export { auditCommand } from './audit.ts';
export { heldCommand } from './held.ts';
export { myCommand } from './my.ts';
export { ordersCommand } from './orders.ts';
export { paymentsCommand } from './payments.ts';
