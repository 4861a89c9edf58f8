import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { AuditLogService } from '#platform/audit-log/service.ts';
import { address, idPage, keptText } from '#platform/http/fields.ts';
import { queryTime } from '#platform/http/query-time.ts';
import { parseJson } from '#platform/json.ts';
import { addressToBase58 } from '#tari/address.ts';
import { auditRecord } from './schemas.ts';

const MAX_NAME_LENGTH = 512;
const name = keptText(MAX_NAME_LENGTH).min(1);

/** The log stores addresses in base58, whatever form the query uses; other actors have names. */
const actor = z.union([address.transform(addressToBase58), name]);

const search = idPage.extend({
  actor: actor.optional(),
  action: name.optional(),
  subject: name.optional(),
  since: queryTime.optional(),
  until: queryTime.optional(),
});

/** The audit log of operator actions. A misspelt filter is refused: ignoring it would find everything. */
export function auditLogRoutes({ search: find }: AuditLogService): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/audit_log',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The audit log: which operator changed what',
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
