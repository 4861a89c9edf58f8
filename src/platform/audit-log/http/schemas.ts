import * as z from 'zod';
import { time } from '#platform/http/fields.ts';

/** An operator's change, with the object before and after it. */
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
