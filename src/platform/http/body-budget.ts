import type { FastifyInstance, FastifyRequest } from 'fastify';
import { networkOf } from '#platform/ip-address.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { whenAnswerIsOver } from './answer-over.ts';
import { HttpError } from './errors.ts';

/**
 * Bytes of bodies that the process holds at once, from their first byte to the end of their answer. A body is held two or
 * three times for a moment, as pieces, as a whole and as text, so that memory stays below 250 MB. Three thousand webhooks
 * of the usual 10 KB fit, and sixteen of the largest.
 */
export const MAX_BODY_BYTES_IN_HAND = 32 * 1024 * 1024;

/** One address (of IPv6, its network) has no more than a quarter of that, so that it can't keep out the others. */
export const MAX_BODY_BYTES_OF_ONE_ADDRESS = MAX_BODY_BYTES_IN_HAND / 4;

/** What a piece of a body costs at least, however few bytes it brings: the objects around it. */
const MIN_PIECE_BYTES = 512;

/** Operators hear of it at most so often. */
const REPORT_INTERVAL_MS = 10_000;

interface Held {
  bytes: number;
}

interface HeldOfAddress extends Held {
  /** Requests that are under way, also those whose bodies have not begun to come: they are counted together. */
  requests: number;
}

/**
 * Bounds what bodies take of memory before anything is known of who sent them. What is announced as larger than the room
 * that is left is refused before it is read; what grows beyond it, in the middle. Only bytes that have come count: who
 * announces much and sends nothing keeps nobody out.
 */
export function limitBodies(
  app: FastifyInstance,
  log: Logger,
  clientAddress: (request: FastifyRequest) => string,
): void {
  const all: Held = { bytes: 0 };
  const byAddress = new Map<string, HeldOfAddress>();
  const report = createReport(log);

  const refusal = (): HttpError => {
    report();
    return new HttpError('unavailable');
  };

  app.addHook('preParsing', (request, reply, payload, done) => {
    const { raw } = request;
    // It was read already, or there is none.
    if (raw.complete) return done(null, payload);
    // More than its route takes: Fastify refuses it unread, with the right reason.
    if (announcedBytes(request) > request.routeOptions.bodyLimit) return done(null, payload);
    const address = networkOf(clientAddress(request));
    const ofAddress = byAddress.get(address) ?? { bytes: 0, requests: 0 };
    const hasRoomFor = (bytes: number) =>
      all.bytes + bytes <= MAX_BODY_BYTES_IN_HAND && ofAddress.bytes + bytes <= MAX_BODY_BYTES_OF_ONE_ADDRESS;
    if (!hasRoomFor(announcedBytes(request))) return done(refusal());

    let held = 0;
    const take = (piece: Buffer) => {
      const bytes = Math.max(piece.length, MIN_PIECE_BYTES);
      held += bytes;
      all.bytes += bytes;
      ofAddress.bytes += bytes;
      if (hasRoomFor(0)) return;
      raw.off('data', take);
      // Whoever reads the body answers this error, and ends the connection.
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

/** What a request says of its length; one that comes in pieces says nothing. */
function announcedBytes({ headers }: FastifyRequest): number {
  const length = Number(headers['content-length']);
  return Number.isFinite(length) ? length : 1;
}

/** One line for many refusals: a line each would take more time than refusing does. */
function createReport(log: Logger): () => void {
  let refused = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;
  return () => {
    refused += 1;
    const now = performance.now();
    if (now - reportedAt < REPORT_INTERVAL_MS) return;
    log.warn(
      { refused, maxBytes: MAX_BODY_BYTES_IN_HAND, maxBytesOfOneAddress: MAX_BODY_BYTES_OF_ONE_ADDRESS },
      'Requests are refused, since the bodies of others take all the memory that there is for bodies',
    );
    refused = 0;
    reportedAt = now;
  };
}
