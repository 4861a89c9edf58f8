import type { FastifyInstance } from 'fastify';
import type { Logger } from '#platform/logging/logger.ts';
import { HttpError } from './errors.ts';

/**
 * Requests that are worked on at once, those that only read and the others each. As many as one commit of the database
 * takes, so that nobody waits for more than the commit before: a server that manages no more than 130 a second still
 * answers within 2 s what it took. The shop waits for 5. A shop's burst has a few dozen.
 */
export const MOST_IN_HAND = 256;

/** Operators hear of it at most so often. */
const REPORT_EVERY_MS = 10_000;

/** What supervisors ask is answered however much there is to do. */
const ALWAYS_ANSWERED: ReadonlySet<string | undefined> = new Set([
  '/health',
  '/health/live',
  '/health/ready',
  '/metrics',
]);

type Kind = 'reading' | 'changing';

/**
 * Refuses early what could not be answered soon: with 503, before the body is read or anything is checked, which costs
 * little. Reads and changes count apart, so that one can be answered while the other waits for the database. A request
 * counts while its handler works, whether or not its caller is still there, and not while its body arrives: whoever
 * dawdles must not take the place of others. Holds for routes that are added later.
 */
export function refuseBeyondCapacity(app: FastifyInstance, log: Logger): void {
  const inHand: Record<Kind, number> = { reading: 0, changing: 0 };
  const report = createReport(log);

  app.addHook('onRequest', (request, _reply, done) => {
    const kind = kindOf(request.method);
    if (inHand[kind] < MOST_IN_HAND || ALWAYS_ANSWERED.has(request.routeOptions.url)) return done();
    report(kind);
    done(new HttpError('unavailable'));
  });
  app.addHook('onRoute', (route) => {
    // Fastify makes HEAD of GET, with its handler.
    if (route.method === 'HEAD' || ALWAYS_ANSWERED.has(route.url)) return;
    const { handler } = route;
    route.handler = async function (request, reply) {
      const kind = kindOf(request.method);
      // Those whose bodies arrived meanwhile.
      if (inHand[kind] >= MOST_IN_HAND) {
        report(kind);
        throw new HttpError('unavailable');
      }
      inHand[kind] += 1;
      try {
        return await handler.call(this, request, reply);
      } finally {
        inHand[kind] -= 1;
      }
    };
  });
}

function kindOf(method: string): Kind {
  return method === 'GET' || method === 'HEAD' ? 'reading' : 'changing';
}

/** One line for many refusals: a line each would take more time than refusing does. */
function createReport(log: Logger): (kind: Kind) => void {
  let refused = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;
  return (kind) => {
    refused += 1;
    const now = performance.now();
    if (now - reportedAt < REPORT_EVERY_MS) return;
    log.warn({ kind, refused }, `Requests are refused, since ${MOST_IN_HAND} others are in hand`);
    refused = 0;
    reportedAt = now;
  };
}
