import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '#platform/clock.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { EventPayloads } from '#platform/outbox/http/schemas.ts';
import type { Counters } from './counters.ts';
import type { StrangerLimit } from './rate-limit.ts';

/** What routes are made of, beside the services. */
export interface HttpContext {
  settings: Settings;
  clock: Clock;
  log: Logger;
  /** Sign and verify access tokens. */
  keys: { readonly signingKey: Uint8Array; readonly verificationKey: Uint8Array };
  randomBytes: (length: number) => Uint8Array;
  /** The address of the client, behind trusted proxies too. */
  clientAddress: (request: FastifyRequest) => string;
  limitStrangers: StrangerLimit;
  /** Whether the server has said that it will end. */
  isEnding: () => boolean;
  /** What the events of all contexts say. */
  eventPayloads: EventPayloads;
  /** What is counted for the metrics. */
  counters: Counters;
  /** Has `listen` called for each request that has been answered. */
  onAnswered: (listen: (request: FastifyRequest, reply: FastifyReply) => void) => void;
}
