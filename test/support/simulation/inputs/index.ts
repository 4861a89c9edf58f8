import type { SeededRandom } from '#test/seeded-random.ts';
import { CONTEXTS } from '#test/simulation/contexts.ts';
import type { World } from '#test/simulation/world.ts';
import { CHAIN_INPUTS } from './chain.ts';
import type { Input, InputMaker } from './input.ts';
import { MEMPOOL_INPUTS } from './mempool.ts';
import { OPERATOR_INPUTS } from './operator.ts';
import { SHOP_INPUTS } from './shop.ts';
import { TIME_INPUTS } from './time.ts';
import { WALLET_INPUTS } from './wallet.ts';

/** Every kind of input, with how often it is to come up. */
const ALL: readonly (readonly [number, InputMaker])[] = [
  ...SHOP_INPUTS,
  ...WALLET_INPUTS,
  ...OPERATOR_INPUTS,
  ...TIME_INPUTS,
  ...CHAIN_INPUTS,
  ...MEMPOOL_INPUTS,
  ...CONTEXTS.flatMap(({ inputs }) => inputs),
];
const TOTAL = ALL.reduce((total, [weight]) => total + weight, 0);

/** An input that the world has room for. */
export function nextInput(world: World): Input {
  for (;;) {
    const input = pickMaker(world.random)(world);
    if (input !== undefined) return input;
  }
}

function pickMaker(random: SeededRandom): InputMaker {
  let left = random.next() * TOTAL;
  for (const [weight, maker] of ALL) {
    left -= weight;
    if (left < 0) return maker;
  }
  throw new Error('The weights do not add up');
}
