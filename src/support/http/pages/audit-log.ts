import * as z from 'zod';
import type { StoredAuditRecord } from '#platform/audit-log/store/audit-log.ts';
import { keptText } from '#platform/http/fields.ts';
import { html } from '#platform/http/html.ts';
import { queryTime } from '#platform/http/query-time.ts';
import { DomainError } from '#support/errors.ts';
import { PAGE_ROWS } from '#support/http/cursors.ts';
import { csvFormat, filterField, filterForm, listHead, MAX_CSV_ROWS, pagesOf, rowNumber } from '#support/http/lists.ts';
import { definePage, type MakePages, READERS } from '#support/http/page.ts';
import { jsonBlock } from '#support/http/templates/json.ts';
import { card, facts, time, written } from '#support/http/templates/parts.ts';
import { actorName } from '#support/http/templates/story.ts';
import { table } from '#support/http/templates/table.ts';

/** Who changed what, and why. */

const filter = z.object({
  actor: keptText(500).optional(),
  action: keptText(100).optional(),
  subject: keptText(500).optional(),
  since: queryTime.optional(),
  until: queryTime.optional(),
  after: rowNumber.optional(),
  format: csvFormat,
});

const params = z.object({ id: rowNumber });

export const auditLogPages: MakePages = ({ services: { auditLog } }) => [
  definePage<unknown, z.output<typeof filter>>({
    path: '/audit-log',
    title: 'Audit log',
    roles: READERS,
    query: filter,
    async show(visit) {
      const { after: before, format, ...sought } = visit.query;
      const limit = format === undefined ? PAGE_ROWS : MAX_CSV_ROWS;
      const found = await auditLog.search(sought, 0n, limit + 1, { order: 'desc', before });
      const rows = found.slice(0, limit);
      if (format === 'csv') return { csv: 'audit-log', rows: rowsOf(rows) };
      const fields = [
        filterField(visit, 'actor', 'Who'),
        filterField(visit, 'action', 'What'),
        filterField(visit, 'subject', 'Of what'),
        filterField(visit, 'since', 'From', { placeholder: '2026-11-30' }),
        filterField(visit, 'until', 'Until', { placeholder: '2026-11-30' }),
      ];
      return html`${listHead(visit, 'Audit log')}${filterForm(visit, fields)}
<div class="card">${table(
        rows,
        [
          {
            name: 'When',
            cell: (row) => html`<a href="${visit.link(`/audit-log/${row.id}`)}">${time(row.createdAt)}</a>`,
          },
          { name: 'Who', cell: (row) => actorName(row.actor, visit.link) },
          { name: 'What', cell: (row) => row.action },
          { name: 'Of what', cell: (row) => row.subject },
          { name: 'Why', cell: (row) => row.reason ?? '' },
        ],
        { caption: 'Changes, newest first', none: 'No change matches these filters.' },
      )}${pagesOf(visit, found.length > limit ? rows.at(-1)?.id : undefined)}</div>`;
    },
  }),
  definePage<z.output<typeof params>>({
    path: '/audit-log/:id',
    title: 'A change',
    roles: READERS,
    params,
    async show({ params: { id }, link }) {
      const [record] = await auditLog.search({}, id - 1n, 1);
      if (record === undefined || record.id !== id) throw new DomainError('page_not_found', `of a change ${id}`);
      return html`<div class="head"><p><a href="${link('/audit-log')}">‹ Audit log</a></p><h1>${record.action}</h1></div>
${card(
  'The change',
  facts([
    ['When', time(record.createdAt)],
    ['Who', actorName(record.actor, link)],
    ['Of what', html`<a href="${link('/audit-log', { subject: record.subject })}">${record.subject}</a>`],
    ['Why', record.reason && written(record.reason)],
  ]),
)}
${record.before !== null && card('Before', jsonBlock(record.before))}
${record.after !== null && card('After', jsonBlock(record.after))}`;
    },
  }),
];

function rowsOf(records: readonly StoredAuditRecord[]) {
  const rows = records.map((row) => [
    row.id,
    row.createdAt.toISOString(),
    row.actor,
    row.action,
    row.subject,
    row.reason,
    row.before,
    row.after,
  ]);
  return [['id', 'at', 'actor', 'action', 'subject', 'reason', 'before', 'after'], ...rows];
}
