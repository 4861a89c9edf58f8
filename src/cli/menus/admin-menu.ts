import { CommandError } from '#platform/cli/exit.ts';
import { BACK, type CommandEntry, EXIT, LOGOUT, type Menu, type Question } from '#platform/cli/menus/menu.ts';
import {
  ADDRESS,
  AMOUNT,
  amountOf,
  CURRENCY,
  CUSTOMER,
  DEAD_LETTER,
  OPTIONAL_REASON,
  ORDER,
  PRICE_UPDATE,
  REASON,
  REJECTED,
  ROLES_TO_CHANGE,
  WALLET,
} from '#platform/cli/menus/questions.ts';
import { parseIpAddress } from '#platform/ip-address.ts';

const ORDERS: readonly CommandEntry[] = [
  { label: 'Order by Id', hint: 'show one', command: ['admin', 'orders', 'get'], questions: [ORDER] },
  {
    label: 'Search Orders',
    hint: 'by status, customer, memo',
    command: ['admin', 'orders', 'search'],
    questions: [
      optional('status', 'Status: Unclaimed, New, Paid, Expired, Cancelled (empty for all)', '--status'),
      optional('customer', 'Customer id (empty for all)', '--customer-id'),
      optional('memo', 'A part of the memo (empty for all)', '--memo'),
    ],
  },
  { label: 'Get all unpaid orders', hint: 'customers with their sums', command: ['admin', 'orders', 'unpaid'] },
  {
    label: 'Fetch Payments for Order',
    hint: 'what named it or paid it',
    command: ['admin', 'orders', 'payments'],
    questions: [ORDER],
  },
  {
    label: 'Find Payment by Reference',
    hint: 'by the payment reference that a wallet shows',
    command: ['admin', 'payments', 'search'],
    questions: [{ name: 'reference', ask: 'Payment reference', option: '--reference' }],
  },
  {
    label: 'Edit memo',
    hint: 'of an order',
    command: ['admin', 'orders', 'memo'],
    questions: [ORDER, { name: 'memo', ask: 'The new memo' }, OPTIONAL_REASON],
  },
  {
    label: 'Edit price',
    hint: 'what an order costs in Tari',
    command: ['admin', 'orders', 'price'],
    questions: [ORDER, { ...AMOUNT, ask: 'The new price in Tari' }, OPTIONAL_REASON],
    warning: ({ order, amount }) => `Order ${order} will cost ${amountOf(amount)}.`,
  },
  {
    label: 'Reassign Order',
    hint: 'to another customer',
    command: ['admin', 'orders', 'reassign'],
    questions: [ORDER, { ...CUSTOMER, ask: 'The new customer' }, REASON],
    warning: ({ order, customer }) =>
      `Order ${order} will belong to customer ${customer}, and be paid from their balance where that covers it.`,
  },
  {
    label: 'Cancel Order',
    hint: 'here and in the shop',
    command: ['admin', 'orders', 'cancel'],
    questions: [ORDER, REASON],
  },
  {
    label: 'Mark order as Paid',
    hint: 'by a credit of its price',
    command: ['admin', 'orders', 'fulfill'],
    questions: [ORDER, REASON],
  },
  {
    label: 'Reset Order',
    hint: 'open an expired or cancelled order again',
    command: ['admin', 'orders', 'reset'],
    questions: [ORDER],
    warning: ({ order }) => `Order ${order} will be open again, so that it can be claimed and paid.`,
  },
  {
    label: 'Re-import Open Orders',
    hint: 'what the server was never told of',
    command: ['admin', 'orders', 'rescan'],
  },
];

const ACCOUNTS: readonly CommandEntry[] = [
  {
    label: 'Balance for Address',
    hint: 'confirmed, paid, left',
    command: ['admin', 'accounts', 'balance'],
    questions: [ADDRESS],
  },
  {
    label: 'Orders for Address',
    hint: 'claimed or paid',
    command: ['admin', 'accounts', 'orders'],
    questions: [ADDRESS],
  },
  {
    label: 'Open orders of an address',
    hint: 'those that can still be paid',
    command: ['admin', 'accounts', 'open-orders'],
    questions: [ADDRESS],
  },
  {
    label: 'Payments for Address',
    hint: 'all of them',
    command: ['admin', 'accounts', 'payments'],
    questions: [ADDRESS],
  },
  {
    label: 'History for Address',
    hint: 'balance, orders, payments, settlements',
    command: ['admin', 'accounts', 'history'],
    questions: [ADDRESS],
  },
  {
    label: 'History for Customer Id',
    hint: 'balance, addresses, orders, settlements',
    command: ['admin', 'accounts', 'customer'],
    questions: [CUSTOMER],
  },
  {
    label: 'Settle customer account',
    hint: 'pay what their balance covers',
    command: ['admin', 'accounts', 'settle-customer'],
    questions: [CUSTOMER],
  },
  {
    label: 'Settle address payments',
    hint: 'pay what can be paid for an address’s customers',
    command: ['admin', 'accounts', 'settle'],
    questions: [ADDRESS],
  },
  {
    label: 'Issue Credit',
    hint: 'to a customer, or with an amount below 0 take it back',
    command: ['admin', 'accounts', 'credit'],
    questions: [CUSTOMER, AMOUNT, OPTIONAL_REASON],
  },
  { label: 'Held money', hint: 'that has paid no order yet, and why', command: ['admin', 'held', 'list'] },
  { label: 'All customers', hint: 'their ids', command: ['admin', 'accounts', 'customers'] },
  { label: 'All addresses', hint: 'that were ever seen', command: ['admin', 'accounts', 'addresses'] },
];

const RATES: readonly CommandEntry[] = [
  {
    label: 'Fetch Tari price',
    hint: 'the rate of a currency',
    command: ['admin', 'rates', 'get'],
    questions: [CURRENCY],
  },
  {
    label: 'Set Tari price',
    hint: 'the rate of a currency',
    command: ['admin', 'rates', 'set'],
    questions: [CURRENCY, { ...AMOUNT, ask: 'What one unit costs, in Tari' }],
    warning: ({ currency, amount }) =>
      `1 ${currency} will cost ${amountOf(amount)} in orders from now on. The prices in the shop follow.`,
  },
  {
    label: 'Rate history',
    hint: 'and who set them',
    command: ['admin', 'rates', 'history'],
    questions: [CURRENCY],
  },
  { label: 'Price updates', hint: 'the work on the shop’s prices', command: ['admin', 'price-updates', 'list'] },
  {
    label: 'Progress of a price update',
    hint: 'as a bar, until it ends',
    command: ['admin', 'price-updates', 'show', '--follow'],
    questions: [PRICE_UPDATE],
  },
  {
    label: 'Start a price update',
    hint: 'have all prices looked at again',
    command: ['admin', 'price-updates', 'start', '--follow'],
    questions: [CURRENCY],
    warning: ({ currency }) => `The shop will show all its prices in Tari at the rate that holds for ${currency}.`,
  },
  {
    label: 'Retry a price update',
    hint: 'that failed or waits',
    command: ['admin', 'price-updates', 'retry', '--follow'],
    questions: [PRICE_UPDATE],
  },
];

const PEOPLE: readonly CommandEntry[] = [
  {
    label: 'Add authorized wallet',
    hint: 'that may report payments',
    command: ['admin', 'wallets', 'add'],
    questions: [
      { ...ADDRESS, ask: 'Address of the wallet' },
      { name: 'place', ask: 'IP address that its reports come from', check: checkIpAddress },
    ],
    warning: ({ address, place }) => `Payments that ${address} reports from ${place} will be believed.`,
  },
  {
    label: 'Remove authorized wallets',
    hint: 'they report no longer',
    command: ['admin', 'wallets', 'remove'],
    questions: [WALLET],
  },
  { label: 'List authorized wallets', hint: 'with their IP addresses', command: ['admin', 'wallets', 'list'] },
  {
    label: 'Roles of an address',
    hint: 'what it may do',
    command: ['admin', 'roles', 'show'],
    questions: [ADDRESS],
  },
  { label: 'All roles', hint: 'who may do what', command: ['admin', 'roles', 'list'] },
  {
    label: 'Grant roles',
    hint: 'to an address',
    command: ['admin', 'roles', 'grant'],
    questions: [ADDRESS, ROLES_TO_CHANGE],
    warning: ({ address, roles }) => `${address} will get the roles ${roles}.`,
  },
  {
    label: 'Revoke roles',
    hint: 'of an address, at once',
    command: ['admin', 'roles', 'revoke'],
    questions: [ADDRESS, ROLES_TO_CHANGE],
  },
];

const TROUBLES: readonly CommandEntry[] = [
  { label: 'Server health', hint: 'whether it is ready, and if not, why', command: ['admin', 'health'] },
  { label: 'Audit the books', hint: 'of this machine’s database, from the journals', command: ['audit'] },
  { label: 'Audit log', hint: 'who changed what by hand', command: ['admin', 'audit-log'] },
  { label: 'Events', hint: 'the first hundred after an id', command: ['admin', 'events'], questions: [after()] },
  { label: 'Follow events', hint: 'until Ctrl-C', command: ['admin', 'events', '--follow'] },
  { label: 'Rejected webhooks', hint: 'that could not be used', command: ['admin', 'rejected', 'list'] },
  {
    label: 'Retry a rejected webhook',
    hint: 'after its reason was removed',
    command: ['admin', 'rejected', 'retry'],
    questions: [REJECTED],
  },
  {
    label: 'Dismiss a rejected webhook',
    hint: 'that needs nothing more',
    command: ['admin', 'rejected', 'dismiss'],
    questions: [REJECTED, REASON],
    warning: ({ id }) => `Webhook ${id} will be off the list and never be used.`,
  },
  { label: 'Dead letters', hint: 'what nobody could be told', command: ['admin', 'dead-letters', 'list'] },
  {
    label: 'Retry a dead letter',
    hint: 'tell it again',
    command: ['admin', 'dead-letters', 'retry'],
    questions: [DEAD_LETTER],
  },
  {
    label: 'Dismiss a dead letter',
    hint: 'that nobody needs to be told',
    command: ['admin', 'dead-letters', 'dismiss'],
    questions: [DEAD_LETTER, REASON],
    warning: ({ event }) => `Nobody will be told of event ${event} any more.`,
  },
];

export const ADMIN_MENU: Menu = {
  title: 'Admin',
  entries: [...ORDERS, ...ACCOUNTS, ...RATES, ...PEOPLE, ...TROUBLES, LOGOUT, BACK, EXIT],
};

function optional(name: string, ask: string, option: string): Question {
  return { name, ask, option, isOptional: true };
}

function after(): Question {
  return optional('after', 'After which event (empty for the first ones)', '--after');
}

function checkIpAddress(text: string): void {
  if (parseIpAddress(text) === undefined) throw new CommandError('It must be an IPv4 or IPv6 address.');
}
