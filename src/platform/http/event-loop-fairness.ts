import type { FastifyInstance } from 'fastify';

/** Requests that are begun in one turn of the event loop; as many as one commit of the database takes. */
const MOST_IN_A_TURN = 256;

/**
 * Lets further requests wait for the next turn of the event loop. While more than a thousand connections have something
 * to say, libuv reads them up to 48 times over before it lets anything else have its turn: timers, and `setImmediate`,
 * by which the database's writer begins. Those who are answered at once, be it by a refusal, and ask again at once, kept
 * everybody else waiting for seconds. A connection whose request waits has nothing to say.
 */
export function takeTurns(app: FastifyInstance): void {
  let begun = 0;
  const endTurn = () => {
    begun = 0;
  };
  app.addHook('onRequest', (_request, _reply, done) => {
    if (begun === 0) setImmediate(endTurn);
    begun += 1;
    if (begun <= MOST_IN_A_TURN) done();
    else setImmediate(done);
  });
}
