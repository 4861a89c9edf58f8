import * as z from 'zod';
import { time } from '#platform/http/fields.ts';

/** What somebody changed by hand, with how it was before and after. */
export const auditRecord = z.object({
  id: z.bigint(),
  created_at: time,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  reason: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
});
