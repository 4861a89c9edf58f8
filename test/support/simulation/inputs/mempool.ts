import { NodeError } from '#rails/tari-chain/nodes/node-error.ts';
import type { SentOutput } from '#test/simulation/chain/chain.ts';
import { sendToShop } from '#test/simulation/chain/payers.ts';
import { MAX_SENT } from './chain.ts';
import type { InputMaker } from './input.ts';

/** What the server sees of payments before they stand in a block. */

/** What the node shows: what waits for a block, maybe something that stands in one by now, maybe not all of it. */
const look: InputMaker = (world) => {
  const { chain, random, mempoolPaper } = world;
  if (chain.sent.length < MAX_SENT && random.chance(0.5)) sendToShop(world);
  const late = random.chance(0.2) ? chain.tip.outputs : [];
  const shown = [...chain.waiting.filter(() => random.chance(0.9)), ...late].filter(isPayment);
  const fails = random.chance(0.15);
  return {
    name: `mempool: ${fails ? 'the node does not answer' : 'is looked at'}`,
    about: shown.map(({ meant }) => `${meant.txid} of ${meant.amount} for ${meant.named?.orderId}`).join(', '),
    // It reads what is known before it writes.
    isAlone: true,
    async run(server) {
      await server.lookAtMempool(async () => {
        if (fails) throw new NodeError('timeout', 'It did not answer in time.');
        return shown.map(({ found: { outputHash, txid, amount, text } }) => ({ outputHash, txid, amount, text }));
      });
      return fails ? 'failed' : 'looked';
    },
    enter() {
      if (fails) mempoolPaper.failed();
      else mempoolPaper.look(shown);
      return fails ? 'failed' : 'looked';
    },
  };
};

function isPayment({ meant }: SentOutput): boolean {
  return meant.refusal === undefined && meant.amount > 0n;
}

export const MEMPOOL_INPUTS: readonly (readonly [number, InputMaker])[] = [[8, look]];
