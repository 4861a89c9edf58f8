import * as z from 'zod';
import { rowId } from '#platform/http/fields.ts';
import { type Html, html } from '#platform/http/html.ts';
import type { DeadLetter } from '#platform/outbox/store/dead-letters.ts';
import { PAGE_ROWS } from '#support/http/cursors.ts';
import { csvFormat, listHead, MAX_CSV_ROWS, pagesOf, rowNumber } from '#support/http/lists.ts';
import { definePage, type Link, type MakePages, maySee, READERS, type Visit } from '#support/http/page.ts';
import { jsonBlock } from '#support/http/templates/json.ts';
import { badge, card, facts, numberText, time, written } from '#support/http/templates/parts.ts';
import { type Column, table } from '#support/http/templates/table.ts';

/** What the shop, plugins and the merchant's programs were told, and what came from the shop and could not be used. */

const filter = z.object({ after: rowNumber.optional(), format: csvFormat });
const params = z.object({ id: rowId });

const TABS = [
  ['/deliveries', 'Could not be delivered'],
  ['/deliveries/webhooks', 'Rejected webhooks of the shop'],
  ['/deliveries/endpoints', 'Webhooks to your programs'],
  ['/deliveries/events', 'All events'],
] as const;

export const deliveryPages: MakePages = (ports) => [
  ...deadLetterPages(ports),
  ...rejectedWebhookPages(ports),
  ...endpointPages(ports),
  ...eventPages(ports),
];

function tabs({ link, path }: Pick<Visit, 'link' | 'path'>): Html {
  const links = TABS.map(
    ([to, label]) => html`<li><a href="${link(to)}"${to === path && html` aria-current="page"`}>${label}</a></li>`,
  );
  return html`<nav aria-label="Deliveries"><ul class="presets">${links}</ul></nav>`;
}

const deadLetterPages: MakePages = ({ services: { outbox } }) => [
  definePage<unknown, z.output<typeof filter>>({
    path: '/deliveries',
    title: 'Deliveries',
    roles: READERS,
    query: filter,
    async show(visit) {
      const { after: before, format } = visit.query;
      const limit = format === undefined ? PAGE_ROWS : MAX_CSV_ROWS;
      const letters = await outbox.deadLetters.after(0n, limit, { order: 'desc', before });
      if (format === 'csv') return { csv: 'dead-letters', rows: rowsOf(letters) };
      const events = new Set(letters.map(({ event }) => event.id));
      const next = events.size >= limit ? letters.at(-1)?.event.id : undefined;
      return html`${listHead(visit, 'Deliveries')}${tabs(visit)}
<div class="card">${table(
        letters,
        [
          { name: 'Event', cell: ({ event }) => html`${eventLink(event.id, visit.link)} ${event.type}` },
          { name: 'About', cell: ({ event }) => subjectLink(event.type, event.subject, visit.link) },
          { name: 'To', cell: ({ subscriber }) => subscriber },
          { name: 'Tries', isNumber: true, cell: ({ attempts }) => attempts },
          { name: 'Why', cell: ({ lastError }) => lastError ?? '' },
          { name: 'Since', cell: ({ updatedAt }) => time(updatedAt) },
          ...letterActions(visit),
        ],
        {
          caption: 'Deliveries that failed for good, newest first',
          none: 'Everything was delivered, or is still being tried.',
        },
      )}${pagesOf(visit, next)}</div>`;
    },
  }),
];

const rejectedWebhookPages: MakePages = ({ services: { shops } }) => [
  definePage<unknown, z.output<typeof filter>>({
    path: '/deliveries/webhooks',
    title: 'Rejected webhooks',
    roles: READERS,
    query: filter,
    async show(visit) {
      const { after: before } = visit.query;
      const found = await shops.webhooks.setAside(0n, PAGE_ROWS + 1, { order: 'desc', before });
      const rows = found.slice(0, PAGE_ROWS);
      return html`${listHead(visit, 'Rejected webhooks', { csv: false })}${tabs(visit)}
<div class="card">${table(
        rows,
        [
          { name: 'Webhook', cell: ({ id }) => html`<a href="${visit.link(`/deliveries/webhooks/${id}`)}">${id}</a>` },
          { name: 'Topic', cell: ({ topic }) => topic },
          { name: 'Why', cell: ({ reason }) => reason },
          { name: 'Came', cell: ({ receivedAt }) => time(receivedAt) },
        ],
        {
          caption: 'Webhooks of the shop that could not be used, newest first',
          none: 'Every webhook of the shop could be used.',
        },
      )}${pagesOf(visit, found.length > PAGE_ROWS ? rows.at(-1)?.id : undefined)}</div>`;
    },
  }),
  definePage<z.output<typeof params>>({
    path: '/deliveries/webhooks/:id',
    title: 'A rejected webhook',
    roles: READERS,
    params,
    async show({ params: { id }, link, visitor }) {
      const [webhook] = await shops.webhooks.setAside(id - 1n, 1);
      if (webhook?.id !== id) {
        return {
          content: html`<h1>Webhook ${id}</h1><p class="card">It is not among the rejected ones any more: it was used or dismissed.</p>`,
          status: 404,
        };
      }
      return html`<div class="head"><p><a href="${link('/deliveries/webhooks')}">‹ Rejected webhooks</a></p><h1>Webhook ${id}</h1>${maySee(visitor, ['write']) && html`<div class="end"><a class="button" href="${link(`/deliveries/set-aside/${id}/retry`)}">Take in again…</a><a class="button" href="${link(`/deliveries/set-aside/${id}/dismiss`)}">Dismiss…</a></div>`}</div>
${card('Why it was rejected', written(webhook.reason))}
${card(
  'What is known',
  facts([
    ['Topic', webhook.topic],
    ['Came', time(webhook.receivedAt)],
    ['Sent by the shop', webhook.triggeredAt],
    ['Its id', webhook.webhookId],
  ]),
)}
${card('Body', jsonBlock(webhook.body))}`;
    },
  }),
];

const endpointPages: MakePages = ({ services: { webhookEndpoints } }) => [
  definePage({
    path: '/deliveries/endpoints',
    title: 'Webhooks to your programs',
    roles: READERS,
    async show(visit) {
      const { rows } = await webhookEndpoints.list({ limit: 100 });
      return html`${listHead(visit, 'Webhooks to your programs', { csv: false })}${tabs(visit)}
<div class="card">${table(
        rows,
        [
          {
            name: 'Endpoint',
            cell: ({ id, url }) =>
              html`<a href="${visit.link(`/deliveries/endpoints/${id}`)}">${new URL(url).origin}</a>`,
          },
          { name: 'What it is', cell: ({ description }) => description },
          {
            name: 'State',
            cell: ({ state, failingSince }) =>
              html`${badge(state, state === 'active' ? 'good' : 'warn')}${failingSince !== null && html` ${badge('failing', 'bad')}`}`,
          },
          { name: 'Delivered', isNumber: true, cell: ({ delivered }) => numberText(delivered) },
          { name: 'Failed', isNumber: true, cell: ({ failed }) => numberText(failed) },
        ],
        { caption: 'Endpoints', none: 'No program of yours is told of anything.' },
      )}</div>`;
    },
  }),
  definePage<z.output<typeof params>, z.output<typeof filter>>({
    path: '/deliveries/endpoints/:id',
    title: 'Webhooks to a program',
    roles: READERS,
    params,
    query: filter,
    async show(visit) {
      const { id } = visit.params;
      const { endpoint, backlog } = await webhookEndpoints.show(id);
      const page = await webhookEndpoints.attempts(id, { after: visit.query.after, limit: PAGE_ROWS, order: 'desc' });
      return html`<div class="head"><p><a href="${visit.link('/deliveries/endpoints')}">‹ Webhooks to your programs</a></p><h1>${new URL(endpoint.url).origin}</h1> ${badge(endpoint.state, endpoint.state === 'active' ? 'good' : 'warn')}</div>
${card(
  'What is known',
  facts([
    ['What it is', endpoint.description],
    ['Told of', endpoint.eventTypes === null ? 'everything' : endpoint.eventTypes.join(', ')],
    [
      'Waiting',
      Object.entries(backlog)
        .map(
          ([name, value]) =>
            `${name.replaceAll('_', ' ')}: ${value instanceof Date ? value.toISOString() : String(value)}`,
        )
        .join(', '),
    ],
    ['Failing since', endpoint.failingSince && time(endpoint.failingSince)],
    ['Paused because', endpoint.pauseReason],
    ['Added', time(endpoint.createdAt)],
  ]),
)}
<div class="card">${table(
        page.rows,
        [
          { name: 'When', cell: ({ at }) => time(at) },
          {
            name: 'Event',
            cell: ({ eventId, eventType }) =>
              html`${eventId === null ? 'test' : eventLink(eventId, visit.link)} ${eventType}`,
          },
          {
            name: 'Result',
            cell: ({ error, status }) =>
              html`${error === null ? badge('delivered', 'good') : badge('failed', 'bad')} ${status}`,
          },
          { name: 'Took', isNumber: true, cell: ({ durationMs }) => `${durationMs} ms` },
          {
            name: 'Answer',
            cell: ({ answer, error }) =>
              html`${error}${answer !== '' && html`<details><summary>answer</summary><pre tabindex="0">${answer}</pre></details>`}`,
          },
        ],
        { caption: 'Attempts, newest first', none: 'Nothing was sent yet.' },
      )}${pagesOf(visit, page.next)}</div>`;
    },
  }),
];

const eventPages: MakePages = ({ services: { outbox } }) => [
  definePage<unknown, z.output<typeof filter>>({
    path: '/deliveries/events',
    title: 'Events',
    roles: READERS,
    query: filter,
    async show(visit) {
      const { after: before } = visit.query;
      const found = await outbox.eventsAfter(0n, PAGE_ROWS + 1, { order: 'desc', before });
      const rows = found.slice(0, PAGE_ROWS);
      return html`${listHead(visit, 'Events', { csv: false })}${tabs(visit)}
<div class="card">${table(
        rows,
        [
          { name: 'Event', cell: ({ id, type }) => html`${eventLink(id, visit.link)} ${type}` },
          { name: 'About', cell: ({ type, subject }) => subjectLink(type, subject, visit.link) },
          { name: 'When', cell: ({ createdAt }) => time(createdAt) },
        ],
        { caption: 'Events, newest first', none: 'Nothing has happened yet.' },
      )}${pagesOf(visit, found.length > PAGE_ROWS ? rows.at(-1)?.id : undefined)}</div>`;
    },
  }),
  definePage<z.output<typeof params>>({
    path: '/deliveries/events/:id',
    title: 'An event',
    roles: READERS,
    params,
    async show({ params: { id }, link }) {
      const [[event], deliveries] = await Promise.all([outbox.eventsAfter(id - 1n, 1), outbox.deliveriesOf([id])]);
      if (event?.id !== id) return { content: html`<h1>There is no event ${id}</h1>`, status: 404 };
      const words = {
        pending: badge('waiting'),
        done: badge('delivered', 'good'),
        dead: badge('failed for good', 'bad'),
      };
      return html`<div class="head"><p><a href="${link('/deliveries/events')}">‹ Events</a></p><h1>${event.type}</h1></div>
${card(
  'What is known',
  facts([
    ['Number', event.id],
    ['About', subjectLink(event.type, event.subject, link)],
    ['When', time(event.createdAt)],
  ]),
)}
${card(
  'Deliveries',
  table(
    deliveries,
    [
      { name: 'To', cell: ({ subscriber }) => subscriber },
      { name: 'State', cell: ({ state }) => words[state] },
      { name: 'Tries', isNumber: true, cell: ({ attempts }) => attempts },
      { name: 'Last error', cell: ({ lastError }) => lastError ?? '' },
      { name: 'Last changed', cell: ({ updatedAt }) => time(updatedAt) },
    ],
    { caption: 'Deliveries of this event', none: 'Nobody had to be told of it.' },
  ),
)}
${card('Body', jsonBlock(event.payload))}`;
    },
  }),
];

function eventLink(id: bigint, link: Link): Html {
  return html`<a href="${link(`/deliveries/events/${id}`)}">${id}</a>`;
}

/** What an event is about, with a link where there is a page for it. */
export function subjectLink(type: string, subject: string, link: Link): Html | string {
  if (/^(?:NewOrder|Order[A-Z])/.test(type))
    return html`<a href="${link(`/orders/${encodeURIComponent(subject)}`)}">${subject}</a>`;
  if (/^Payment[A-Z]/.test(type))
    return html`<a href="${link(`/payments/${encodeURIComponent(subject)}`)}"><code>${subject}</code></a>`;
  return subject;
}

/** What those who may can do about a delivery that failed for good. */
function letterActions({ link, visitor }: Pick<Visit, 'link' | 'visitor'>): Column<DeadLetter>[] {
  if (!maySee(visitor, ['write'])) return [];
  const path = ({ event, subscriber }: DeadLetter) => `/deliveries/dead/${event.id}/${encodeURIComponent(subscriber)}`;
  const retry = (letter: DeadLetter) =>
    !letter.isWaiting && html`<a class="button" href="${link(`${path(letter)}/retry`)}">Send again…</a> `;
  return [
    {
      name: 'Do',
      cell: (letter) => html`${retry(letter)}<a class="button" href="${link(`${path(letter)}/dismiss`)}">Give up…</a>`,
    },
  ];
}

function rowsOf(letters: readonly DeadLetter[]) {
  const rows = letters.map(({ event, subscriber, attempts, lastError, updatedAt }) => [
    event.id,
    event.type,
    event.subject,
    subscriber,
    BigInt(attempts),
    lastError,
    updatedAt.toISOString(),
  ]);
  return [['event_id', 'type', 'subject', 'subscriber', 'attempts', 'last_error', 'since'], ...rows];
}
