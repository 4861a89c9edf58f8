import { accountOf, addressToBase58, singleAddress, type TariAddress } from '#tari/address.ts';
import { readMemo } from '#tari/chain/memo.ts';
import { OUTPUT_REFUSALS } from '#tari/chain/outputs.ts';
import { memoWithSender, textMemo } from '#test/fake-tari-chain/play-memos.ts';
import { anAmountFor, anOrderName, anOrderWithAddress } from '#test/simulation/inputs/wallet.ts';
import { claimTextOf, HOT_WALLETS, PEOPLE, paperOwnerOf, type World } from '#test/simulation/world.ts';
import type { MeantPayment, SentOutput } from './chain.ts';

/** Who pays to the shop's wallet, and what they write into it; and who pretends to. */

const AMOUNTS = [1n, 500_000n, 1_000_000n, 2_500_000n, 5_000_000n, 13_000_000n, 40_000_000n] as const;
const CLAIMED_BY_LIARS = [0n, 1n, 5_000_000n, 2n ** 53n, 2n ** 64n - 1n] as const;

/** Wallets' reports that are made up have the numbers 1 to 36: some of them contradict what the chain shows. */
const FIRST_NUMBER = 27;

/** Texts that name nothing, and how the books keep them. */
const EMPTY_TEXTS: readonly (readonly [string | null, string | null])[] = [
  [null, null],
  ['with many thanks', 'with many thanks'],
  ['a \0 that no database stores', 'a \ufffd that no database stores'],
  ['half \ud83c of a character', 'half \ufffd of a character'],
];

type Payer = Pick<MeantPayment, 'sender' | 'owner' | 'origin'> & { bytes: Uint8Array | null };

/** Bytes that are no address, and that base58 cannot write as one. */
const NO_ADDRESS = Uint8Array.of(0xff, 0x01, 0x02);

const foreigners = new Map<number, TariAddress>();

function foreignerOf(index: number): TariAddress {
  const person = PEOPLE[index];
  if (person === undefined) throw new Error('There is nobody');
  const address = foreigners.get(index) ?? singleAddress('esmeralda', person.tariAddress.spendKey);
  foreigners.set(index, address);
  return address;
}

function aPayer(world: World): Payer {
  const { random, settings } = world;
  const kind = random.next();
  /** One that the shop's own address, where it is known, shows to be nobody's who has an account here. */
  const unlessShopIsKnown = (address: TariAddress, origin: MeantPayment['origin']): Payer =>
    settings.paymentWalletAddress === undefined ? payerOf(address) : { ...payerOf(address), owner: undefined, origin };
  if (kind < 0.08) {
    const nobody = { owner: undefined, origin: 'found: comes from nobody' } as const;
    return random.chance(0.5)
      ? { bytes: null, sender: '', ...nobody }
      : { bytes: NO_ADDRESS, sender: 'ff0102', ...nobody };
  }
  const own = HOT_WALLETS.find(({ address }) => address === settings.paymentWalletAddress) ?? HOT_WALLETS[0];
  if (kind < 0.14 && own !== undefined) {
    return unlessShopIsKnown(own.tariAddress, 'found: comes from our own address');
  }
  if (kind < 0.18) {
    const foreigner = foreignerOf(random.between(0, PEOPLE.length - 1));
    return unlessShopIsKnown(foreigner, 'found: comes from another network');
  }
  return payerOf(random.pick(PEOPLE).tariAddress);
}

function payerOf(address: TariAddress): Payer {
  const owner = { account: accountOf(address), address: addressToBase58(address) };
  return { bytes: address.bytes, sender: owner.address, owner, origin: undefined };
}

interface Memo {
  text: string | null;
  kept: string | null;
  named: MeantPayment['named'];
}

function aMemo(world: World): Memo {
  const { random } = world;
  const kind = random.next();
  if (kind < 0.35) {
    const [text, kept] = random.pick(EMPTY_TEXTS);
    return { text, kept, named: undefined };
  }
  const orderId = anOrderName(world);
  if (kind < 0.5) {
    const claimant = random.pick(PEOPLE);
    const text = claimTextOf(claimant, orderId);
    return { text, kept: text, named: { orderId, signer: paperOwnerOf(claimant) } };
  }
  // As people write it.
  const text = /^o\d+$/.test(orderId) && random.chance(0.3) ? `order ${orderId}` : orderId;
  return { text, kept: text, named: { orderId, signer: undefined } };
}

/** Sends something to the shop's wallet, which waits for a block. */
export function sendToShop(world: World): void {
  const number = world.chain.sent.length + 1;
  const names = { txid: `t${FIRST_NUMBER + number - 1}`, outputHash: `out${String(number).padStart(4, '0')}` };
  world.chain.send(anOutput(world, { ...names, commitment: `commitment${number}` }));
}

/** Something that a node makes up. It looks like what is sent, and its proofs are right: only no other node has it. */
export function inventOutput(world: World, number: number): SentOutput {
  return anOutput(world, { txid: `x${number}`, outputHash: `invented${number}`, commitment: `nowhere${number}` });
}

type OutputNames = Pick<MeantPayment, 'txid' | 'outputHash' | 'commitment'>;

function anOutput(world: World, names: OutputNames): SentOutput {
  const { random } = world;
  if (random.chance(0.3)) return toOrderAddress(world, names);
  const refusal = random.chance(0.12) ? random.pick(OUTPUT_REFUSALS) : undefined;
  const isWorthNothing = random.chance(0.03);
  const claimed = random.pick(CLAIMED_BY_LIARS);
  const amount = refusal !== undefined ? claimed : isWorthNothing ? 0n : random.pick(AMOUNTS);
  const { bytes, ...payer } = aPayer(world);
  const { text, kept, named } = aMemo(world);
  return {
    found: { ...names, amount, refusal, text, sender: bytes },
    meant: { ...names, amount, refusal, memo: kept, named, isToAddress: false, ...payer },
  };
}

/** Somebody pays to an order's own address: the payer's wallet writes the order's id into the memo, and its own address. */
function toOrderAddress(world: World, names: OutputNames): SentOutput {
  const orderId = anOrderWithAddress(world);
  const amount = BigInt(anAmountFor(world, orderId));
  const { bytes, ...payer } = aPayer(world);
  const memo = readMemo(bytes === null ? textMemo(orderId) : memoWithSender(bytes, orderId));
  const { text } = memo;
  // What is no address of any wallet makes a memo that no wallet reads.
  if (text !== orderId) return toOrderAddress(world, names);
  const named = { orderId, signer: undefined };
  return {
    found: { ...names, amount, refusal: undefined, text, sender: memo.senderBytes },
    meant: { ...names, amount, refusal: undefined, memo: orderId, named, isToAddress: true, ...payer },
  };
}
