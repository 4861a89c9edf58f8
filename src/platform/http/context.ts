import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '#platform/clock.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { ReadinessParts } from '#platform/monitoring/http/schemas.ts';
import type { EventPayloads } from '#platform/outbox/http/schemas.ts';
import type { Counters } from './counters.ts';
import type { OpenVisitors } from './pages/visitors.ts';
import type { AnonymousRateLimit } from './rate-limit.ts';

/** The dependencies of routes besides the services. */
export interface HttpContext {
  settings: Settings;
  clock: Clock;
  log: Logger;
  /** Sign and verify access tokens. */
  keys: { readonly signingKey: Uint8Array; readonly verificationKey: Uint8Array };
  randomBytes: (length: number) => Uint8Array;
  /** The address of the client, behind trusted proxies too. */
  clientAddress: (request: FastifyRequest) => string;
  limitStrangers: AnonymousRateLimit;
  /** For pages of people who have logged in. */
  openVisitors: OpenVisitors;
  /** Whether the server has announced its shutdown. */
  isEnding: () => boolean;
  /** The payload schemas of the events of all contexts. */
  eventPayloads: EventPayloads;
  /** The schemas of all contexts' details in GET /health/ready. */
  readinessParts: ReadinessParts;
  /** Counters of the metrics. */
  counters: Counters;
  /** Calls `listen` for each request that has been answered. */
  onAnswered: (listen: (request: FastifyRequest, reply: FastifyReply) => void) => void;
}
