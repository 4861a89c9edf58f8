import { BACK, EXIT, type Menu, type Question } from '#platform/cli/menus/menu.ts';
import { readServer } from '#platform/cli/server-address.ts';
import { shopIdArgument } from './shop-id.ts';

const SHOP_ORDER: Question = { name: 'order', ask: 'Order id in the shop, in digits', check: shopIdArgument };
const PUBLIC_URL: Question = {
  name: 'url',
  ask: 'Where the shop reaches the server, such as https://pay.example.com',
  check: readServer,
};

export const SHOPIFY_MENU: Menu = {
  title: 'Shopify',
  entries: [
    { label: 'Open Orders', hint: 'open and not paid there', command: ['shopify', 'orders', 'open'] },
    {
      label: 'Re-import Open Orders',
      hint: 'what the server was never told of',
      command: ['admin', 'orders', 'rescan'],
    },
    {
      label: 'Order in the shop',
      hint: 'show one',
      command: ['shopify', 'orders', 'get'],
      questions: [SHOP_ORDER],
    },
    {
      label: 'Cancel in the shop',
      hint: 'the server hears of it by webhook',
      command: ['shopify', 'orders', 'cancel'],
      questions: [SHOP_ORDER],
      warning: ({ order }) => `Order ${order} will be cancelled in the shop, which can’t undo it.`,
    },
    {
      label: 'Mark as paid in the shop',
      hint: 'it moves no money',
      command: ['shopify', 'orders', 'pay'],
      questions: [
        SHOP_ORDER,
        { name: 'amount', ask: 'What is outstanding there, such as 12.50' },
        { name: 'currency', ask: 'Currency', usual: 'USD' },
      ],
      warning: ({ order, amount, currency }) => `Order ${order} will be paid in the shop: ${amount} ${currency}.`,
    },
    { label: 'Show rates', hint: 'that the shop shows', command: ['shopify', 'rates', 'get'] },
    {
      label: 'Set rates',
      hint: 'that the shop shows, not the server’s',
      command: ['shopify', 'rates', 'set'],
      questions: [{ name: 'rates', ask: 'Rates, such as USD=30,EUR=33.5' }],
      warning: ({ rates }) => `The shop will show the rates ${rates}. The server keeps its own.`,
    },
    { label: 'All products', hint: 'with their prices in Tari', command: ['shopify', 'products', 'all'] },
    {
      label: 'Product by Id',
      hint: 'with its prices in Tari',
      command: ['shopify', 'products', 'get'],
      questions: [{ name: 'product', ask: 'Product id in the shop, in digits', check: shopIdArgument }],
    },
    { label: 'List webhooks', hint: 'what the shop tells, and whom', command: ['shopify', 'webhooks', 'list'] },
    {
      label: 'Install webhooks',
      hint: 'have the shop tell the server everything',
      command: ['shopify', 'webhooks', 'install'],
      questions: [PUBLIC_URL],
    },
    {
      label: 'Doctor',
      hint: 'what is wrong between shop and server',
      command: ['shopify', 'doctor'],
      questions: [
        { ...PUBLIC_URL, option: '--url' },
        { name: 'fix', ask: 'Subscribe to what is missing?', option: '--fix', isFlag: true },
      ],
    },
    {
      label: 'Set up the shop',
      hint: 'connect it: settings, rates, webhooks',
      command: ['shopify', 'setup'],
      questions: [
        { ...PUBLIC_URL, option: '--url' },
        { name: 'file', ask: 'Settings file (empty for .env of the server)', option: '--file', isOptional: true },
        {
          name: 'methods',
          ask: 'Payment methods in Tari, as the shop shows them, such as Tari',
          option: '--payment-method',
        },
      ],
    },
    BACK,
    EXIT,
  ],
};
