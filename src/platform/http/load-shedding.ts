import type { FastifyInstance } from 'fastify';
import type { Logger } from '#platform/logging/logger.ts';
import { HttpError } from './errors.ts';
import { createRefusalReport } from './refusal-report.ts';

/**
 * Requests in flight, for reads and changes separately. As many as fit into one group commit, so that none waits for more
 * than the previous commit: even a server that manages only 130 requests a second answers what it accepted within 2 s.
 * The shop waits 5 s, and a shop's burst has a few dozen requests.
 */
export const MAX_IN_FLIGHT = 256;

/** Requests of supervisors are answered under any load. */
const ALWAYS_ANSWERED: ReadonlySet<string | undefined> = new Set([
  '/health',
  '/health/live',
  '/health/ready',
  '/metrics',
]);

type Kind = 'reading' | 'changing';

/**
 * Refuses excess requests early, with 503, before the body is read or anything is checked, which costs little. Reads and
 * changes are counted separately, so that one kind can be answered while the other waits for the database. A request is
 * in flight while its handler runs, even if its caller has gone, but not while its body arrives: slow clients must not
 * take the place of others. Applies to routes that are added later.
 */
export function refuseBeyondCapacity(app: FastifyInstance, log: Logger): void {
  const inFlight: Record<Kind, number> = { reading: 0, changing: 0 };
  const report = createRefusalReport((refused, kind: Kind) =>
    log.warn({ kind, refused }, `Requests were refused because ${MAX_IN_FLIGHT} others are in flight`),
  );

  app.addHook('onRequest', (request, _reply, done) => {
    const kind = kindOf(request.method);
    if (inFlight[kind] < MAX_IN_FLIGHT || ALWAYS_ANSWERED.has(request.routeOptions.url)) return done();
    report(kind);
    done(new HttpError('unavailable'));
  });
  app.addHook('onRoute', (route) => {
    // Fastify derives HEAD from GET, with the same handler.
    if (route.method === 'HEAD' || ALWAYS_ANSWERED.has(route.url)) return;
    const { handler } = route;
    route.handler = async function (request, reply) {
      const kind = kindOf(request.method);
      // Other requests may have started while this body arrived.
      if (inFlight[kind] >= MAX_IN_FLIGHT) {
        report(kind);
        throw new HttpError('unavailable');
      }
      inFlight[kind] += 1;
      try {
        return await handler.call(this, request, reply);
      } finally {
        inFlight[kind] -= 1;
      }
    };
  });
}

function kindOf(method: string): Kind {
  return method === 'GET' || method === 'HEAD' ? 'reading' : 'changing';
}
