import type { FastifyInstance } from 'fastify';

/** Requests that are started in one turn of the event loop; as many as fit into one group commit. */
const MAX_REQUESTS_PER_TURN = 256;

/**
 * Defers further requests to the next turn of the event loop. While more than a thousand sockets are readable, libuv
 * polls them up to 48 times before it runs anything else: timers, and `setImmediate`, which starts the database's writer.
 * Clients that were answered immediately, if only by a refusal, and sent their next request immediately, kept all others
 * waiting for seconds. A connection whose request is deferred is not readable.
 */
export function yieldBetweenRequests(app: FastifyInstance): void {
  let begun = 0;
  const endTurn = () => {
    begun = 0;
  };
  app.addHook('onRequest', (_request, _reply, done) => {
    if (begun === 0) setImmediate(endTurn);
    begun += 1;
    if (begun <= MAX_REQUESTS_PER_TURN) done();
    else setImmediate(done);
  });
}
