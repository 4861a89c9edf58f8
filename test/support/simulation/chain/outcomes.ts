import { REFUSAL_REASONS } from '#rails/tari-chain/store/chain.ts';

/** What can become of payments on the chain: each is to come up. */
export const CHAIN_OUTCOMES = [
  'found: names an order',
  'found: claims an order',
  'found: names nothing',
  'found: comes from nobody',
  'found: comes from our own address',
  'found: comes from another network',
  'found: is known from a wallet',
  'found: a wallet has confirmed it already',
  'found: its confirmation came before it',
  'reported by a wallet before it is found',
  'reported by a wallet after it was found',
  'confirmed by its depth',
  'confirmed by its depth after a wallet had confirmed it',
  'comes back in another block',
  'comes back in a block of another height',
  'leaves the chain unconfirmed',
  'leaves the chain after its depth had confirmed it',
  'leaves the chain after only a wallet had confirmed it',
  'leaves the chain a second time',
  'comes back after it had been confirmed',
  'an output is gone for good',
  'a refused output is found again',
  'even the first block is replaced',
  'a reorganisation of more than 50 blocks',
  'old blocks are forgotten',
  'had left the chain before it was read again',
  'a watcher wakes up late',
  ...REFUSAL_REASONS.map((reason) => `refused: ${reason}` as const),
] as const;

export type ChainOutcome = (typeof CHAIN_OUTCOMES)[number];
