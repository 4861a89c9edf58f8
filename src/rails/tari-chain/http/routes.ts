import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { idPage, rangeOf } from '#platform/http/fields.ts';
import type { MakeRoutes } from '#platform/module.ts';
import { blocksBehind } from '#rails/tari-chain/chain-status.ts';
import type { ChainQueries } from '#rails/tari-chain/chain-watch.ts';
import { chainDeparture, chainRefusal, chainStatus } from './schemas.ts';

export { examples } from './examples.ts';
export { readiness } from './schemas.ts';

export const routes: MakeRoutes = ({ tariChain }) => chainRoutes(tariChain);

/** The status of the chain watcher, and its records for operators. */
function chainRoutes(chain: ChainQueries): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/chain',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The status of the chain watcher: its height, its nodes, and how old its knowledge is',
          tags: ['administration'],
          response: { 200: chainStatus },
        },
      },
      async () => {
        const status = await chain.status();
        return {
          state: status.state,
          height: status.height,
          node_height: status.nodeHeight,
          blocks_behind: blocksBehind(status),
          last_answer_at: timeOrNull(status.lastAnswerAt),
          seconds_left: status.timeLeftMs === null ? null : Math.ceil(status.timeLeftMs / 1000),
          outputs_seen: status.outputsSeen,
          payments_found: status.paymentsFound,
          nodes: status.nodes.map(({ url, height, lastAnswerAt, trouble }) => ({
            url,
            height,
            last_answer_at: timeOrNull(lastAnswerAt),
            trouble: trouble && { since: trouble.since.toISOString(), reason: trouble.sentence },
          })),
        };
      },
    );

    app.get(
      '/api/chain/refused',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The outputs that were encrypted for the shop but are not payments to it, with the reason',
          tags: ['administration'],
          querystring: idPage,
          response: { 200: z.array(chainRefusal) },
        },
      },
      async ({ query }) =>
        (await chain.refusals(query.after, query.limit, rangeOf(query))).map((refusal) => ({
          id: refusal.id,
          output_hash: refusal.outputHash,
          txid: refusal.txid,
          reason: refusal.reason,
          claimed_amount: refusal.claimedAmount,
          memo: refusal.memo,
          block_height: refusal.height,
          block_hash: refusal.blockHash,
          found_at: refusal.foundAt.toISOString(),
        })),
    );

    app.get(
      '/api/chain/left',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The confirmed payments that left the chain, and whether they came back',
          tags: ['administration'],
          querystring: idPage,
          response: { 200: z.array(chainDeparture) },
        },
      },
      async ({ query }) =>
        (await chain.departures(query.after, query.limit, rangeOf(query))).map(
          ({ id, txid, height, blockHash, leftAt, returned }) => ({
            id,
            txid,
            outcome: returned === null ? ('left_the_chain' as const) : ('returned' as const),
            block_height: height,
            block_hash: blockHash,
            left_at: leftAt.toISOString(),
            returned_height: returned?.height ?? null,
            returned_at: timeOrNull(returned?.at ?? null),
          }),
        ),
    );
  };
}

function timeOrNull(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
