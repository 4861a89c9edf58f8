import * as z from 'zod';
import { nullableText, whole } from '#platform/cli/answers.ts';

/** What the server answers about changes by hand. */

export const auditRecord = z.looseObject({
  id: whole,
  created_at: z.string(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  reason: nullableText,
  before: z.unknown(),
  after: z.unknown(),
});

export type AuditRecordAnswer = z.output<typeof auditRecord>;
