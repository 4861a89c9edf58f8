import * as z from 'zod';
import { html } from '#platform/http/html.ts';
import { PAGE_ROWS } from '#support/http/cursors.ts';
import { listHead, pagesOf, presets, rowNumber } from '#support/http/lists.ts';
import { definePage, type MakePages, READERS } from '#support/http/page.ts';
import { badge, time } from '#support/http/templates/parts.ts';
import { table } from '#support/http/templates/table.ts';

/** Pull pointers: what payees may pull, and how much they have. */

const STATES = ['active', 'paused', 'cancelled'] as const;
const TONES = { active: 'good', paused: 'warn', cancelled: 'bad' } as const;

const filter = z.object({ state: z.enum(STATES).optional(), after: rowNumber.optional() });

/** An agreement's id is money: whoever has all of it can pull. */
const SHOWN_OF_ID = 8;

export const pullPointerPages: MakePages = ({ services: { pullPayments } }) => [
  definePage<unknown, z.output<typeof filter>>({
    path: '/pull-pointers',
    title: 'Pull pointers',
    roles: READERS,
    query: filter,
    async show(visit) {
      const { state, after } = visit.query;
      const page = await pullPayments.list({ state }, { after, limit: PAGE_ROWS, order: 'desc' });
      return html`${listHead(visit, 'Pull pointers', { csv: false })}
<p class="soft">A customer who has given a pull pointer lets its holder pull money again and again, until it ends or is cancelled.</p>
${presets(visit, [['all', {}], ...STATES.map((one) => [one, { state: one }] as const)], 'States')}
<div class="card">${table(
        page.rows,
        [
          { name: 'Pointer', cell: ({ id }) => html`<code>${id.slice(0, SHOWN_OF_ID)}…</code>` },
          { name: 'Reference', cell: ({ terms }) => terms.reference ?? terms.description ?? '' },
          { name: 'State', cell: (row) => badge(row.state, TONES[row.state]) },
          {
            name: 'Per interval',
            isNumber: true,
            cell: ({ terms }) => `${units(terms.amount, terms.asset.scale)} ${terms.asset.code} / ${terms.interval}`,
          },
          {
            name: 'Pulled so far',
            isNumber: true,
            cell: ({ balances, terms }) => units(balances.total, terms.asset.scale),
          },
          {
            name: 'Can be pulled now',
            isNumber: true,
            cell: ({ balances, terms }) => units(balances.available, terms.asset.scale),
          },
          { name: 'Ends', cell: ({ terms }) => (terms.expiryAt === null ? 'never' : time(terms.expiryAt)) },
          { name: 'Made', cell: ({ createdAt }) => time(createdAt) },
        ],
        { caption: 'Pull pointers, newest first', none: 'There is no such pull pointer.' },
      )}${pagesOf(visit, page.next)}</div>`;
    },
  }),
];

/** An amount of an asset, exact. */
function units(amount: bigint, scale: number): string {
  const digits = amount.toString().padStart(scale + 1, '0');
  const decimals = scale === 0 ? '' : digits.slice(-scale).replace(/0+$/, '');
  const whole = scale === 0 ? digits : digits.slice(0, -scale);
  return decimals === '' ? whole : `${whole}.${decimals}`;
}
