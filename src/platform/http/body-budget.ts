import type { FastifyInstance, FastifyRequest } from 'fastify';
import { networkOf } from '#platform/ip-address.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { whenAnswerIsOver } from './answer-over.ts';
import { HttpError } from './errors.ts';
import { createRefusalReport } from './refusal-report.ts';

/**
 * Bytes of request bodies in memory at the same time, from their first byte to the end of the response. For a moment a
 * body is held two or three times, as chunks, as a whole and as text; with this limit memory stays below 250 MB. Three
 * thousand webhooks of the typical 10 KB fit, or sixteen of the largest.
 */
export const MAX_BODY_BYTES_IN_HAND = 32 * 1024 * 1024;

/** One address (for IPv6, its network) may use no more than a quarter of that, so that it can't lock out the others. */
export const MAX_BODY_BYTES_OF_ONE_ADDRESS = MAX_BODY_BYTES_IN_HAND / 4;

/** The least that a chunk is counted as, however few bytes it has: the objects around it take memory, too. */
const MIN_PIECE_BYTES = 512;

/** Of one listener, so that a flood on one takes no room from another. */
export interface BodyLimits {
  maxBytes: number;
  maxBytesOfOneAddress: number;
}

const DEFAULT_LIMITS: BodyLimits = {
  maxBytes: MAX_BODY_BYTES_IN_HAND,
  maxBytesOfOneAddress: MAX_BODY_BYTES_OF_ONE_ADDRESS,
};

interface Held {
  bytes: number;
}

interface HeldOfAddress extends Held {
  /** Requests in flight, including those whose bodies have not started to arrive. */
  requests: number;
}

/**
 * Bounds the memory of request bodies before their senders are authenticated. A body whose Content-Length exceeds the
 * remaining budget is refused before it is read, and one that grows beyond it is cut off. Only bytes that have arrived
 * count: a client that announces a large body and sends nothing locks out no other.
 */
export function limitBodies(
  app: FastifyInstance,
  log: Logger,
  clientAddress: (request: FastifyRequest) => string,
  { maxBytes, maxBytesOfOneAddress }: BodyLimits = DEFAULT_LIMITS,
): void {
  const all: Held = { bytes: 0 };
  const byAddress = new Map<string, HeldOfAddress>();
  const report = createRefusalReport((refused) =>
    log.warn(
      { refused, maxBytes, maxBytesOfOneAddress },
      'Requests were refused because the bodies of others use all the memory reserved for bodies',
    ),
  );

  const refusal = (): HttpError => {
    report();
    return new HttpError('unavailable');
  };

  app.addHook('preParsing', (request, reply, payload, done) => {
    const { raw } = request;
    // The body was read already, or there is none.
    if (raw.complete) return done(null, payload);
    // More than its route accepts: Fastify refuses it unread, with the right reason.
    if (announcedBytes(request) > request.routeOptions.bodyLimit) return done(null, payload);
    const address = networkOf(clientAddress(request));
    const ofAddress = byAddress.get(address) ?? { bytes: 0, requests: 0 };
    const hasRoomFor = (bytes: number) =>
      all.bytes + bytes <= maxBytes && ofAddress.bytes + bytes <= maxBytesOfOneAddress;
    if (!hasRoomFor(announcedBytes(request))) return done(refusal());

    let held = 0;
    const take = (piece: Buffer) => {
      const bytes = Math.max(piece.length, MIN_PIECE_BYTES);
      held += bytes;
      all.bytes += bytes;
      ofAddress.bytes += bytes;
      if (hasRoomFor(0)) return;
      raw.off('data', take);
      // The reader of the body answers with this error and ends the connection.
      raw.emit('error', Object.assign(refusal(), { statusCode: 503 }));
    };
    byAddress.set(address, ofAddress);
    ofAddress.requests += 1;
    raw.on('data', take);
    whenAnswerIsOver(raw, reply.raw, () => {
      raw.off('data', take);
      all.bytes -= held;
      ofAddress.bytes -= held;
      ofAddress.requests -= 1;
      if (ofAddress.requests === 0) byAddress.delete(address);
    });
    done(null, payload);
  });
}

/** The Content-Length; a chunked request has none. */
function announcedBytes({ headers }: FastifyRequest): number {
  const length = Number(headers['content-length']);
  return Number.isFinite(length) ? length : 1;
}
