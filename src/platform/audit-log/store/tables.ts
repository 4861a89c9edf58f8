import type { Generated } from 'kysely';

export interface AuditLogTables {
  audit_log: AuditLogTable;
  idempotency_keys: IdempotencyKeysTable;
}

interface AuditLogTable {
  id: Generated<bigint>;
  created_at: string;
  actor: string;
  action: string;
  subject: string;
  reason: string | null;
  before: string | null;
  after: string | null;
}

interface IdempotencyKeysTable {
  caller: string;
  idempotency_key: string;
  fingerprint: string;
  answer: string;
  created_at: string;
}
