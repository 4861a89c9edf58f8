import type { Generated } from 'kysely';

export const ENDPOINT_STATES = ['active', 'paused', 'removed'] as const;
export type EndpointState = (typeof ENDPOINT_STATES)[number];

export interface WebhookTables {
  webhook_endpoints: EndpointsTable;
  webhook_attempts: AttemptsTable;
}

interface EndpointsTable {
  id: Generated<bigint>;
  url: string;
  description: string;
  /** A JSON array of types; null for all. */
  event_types: string | null;
  tag: string;
  state: EndpointState;
  pause_reason: string | null;
  secret: string | null;
  secret_created_at: string;
  previous_secret: string | null;
  previous_secret_until: string | null;
  position: bigint;
  failing_since: string | null;
  delivered: bigint;
  failed: bigint;
  created_by: string;
  created_at: string;
}

interface AttemptsTable {
  id: Generated<bigint>;
  endpoint_id: bigint;
  event_id: bigint | null;
  event_type: string;
  message_id: string;
  attempted_at: string;
  duration_ms: bigint;
  status: bigint | null;
  answer: string;
  error: string | null;
}
