import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { AuditLogService } from '#platform/audit-log/service.ts';
import { address, idPage, keptText } from '#platform/http/fields.ts';
import { queryTime } from '#platform/http/query-time.ts';
import { parseJson } from '#platform/json.ts';
import { addressToBase58 } from '#tari/address.ts';
import { auditRecord } from './schemas.ts';

const LONGEST_NAME = 512;
const name = keptText(LONGEST_NAME).min(1);

/** The log holds addresses in base58, whatever form they are asked for in; other actors have names. */
const actor = z.union([address.transform(addressToBase58), name]);

const search = idPage.extend({
  actor: actor.optional(),
  action: name.optional(),
  subject: name.optional(),
  since: queryTime.optional(),
  until: queryTime.optional(),
});

/** What was changed by hand, by whom. A filter that is misspelt is refused: it would find everything. */
export function auditLogRoutes({ search: find }: AuditLogService): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/audit_log',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'Who changed what by hand',
          tags: ['administration'],
          querystring: search,
          response: { 200: z.array(auditRecord) },
        },
      },
      async ({ query: { after, limit, before, order, ...filter } }) =>
        (await find(filter, after, limit, { before, order })).map((record) => ({
          id: record.id,
          created_at: record.createdAt.toISOString(),
          actor: record.actor,
          action: record.action,
          subject: record.subject,
          reason: record.reason,
          before: jsonValue(record.before),
          after: jsonValue(record.after),
        })),
    );
  };
}

function jsonValue(json: string | null): unknown {
  return json === null ? null : parseJson(json);
}
