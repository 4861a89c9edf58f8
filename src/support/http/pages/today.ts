import { html } from '#platform/http/html.ts';
import { definePage, type MakePages, READERS } from '#support/http/page.ts';
import { orderTable } from '#support/http/templates/orders.ts';
import { card, time } from '#support/http/templates/parts.ts';

const NEWEST = 10;

/** The start page: what needs a person. */
export const todayPages: MakePages = ({ services: { engine } }) => [
  definePage({
    path: '/',
    title: 'Today',
    roles: READERS,
    async show({ link, now }) {
      const newest = await engine.lists.search({}, { order: 'desc', limit: NEWEST });
      const content = html`<div class="head"><h1>Today</h1><span class="soft">${time(now)}</span></div>
${card('Newest orders', html`${orderTable(newest.rows, link, 'The newest orders', 'No order has come yet.')}<p><a href="${link('/orders')}">All orders</a></p>`)}`;
      return { content, live: { types: ['NewOrder'] } };
    },
  }),
];
