import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withPaymentId } from '#tari/address.ts';
import { utf8 } from '#tari/bytes.ts';
import { readMemo } from '#tari/chain/memo.ts';
import {
  OUTPUT_REFUSALS,
  type OutputRefusal,
  openOutput,
  paymentReferenceOf,
  refusalOf,
  transactionIdOf,
  type WholeOutput,
} from '#tari/chain/outputs.ts';
import { TARI_SUPPLY } from '#tari/micro-tari.ts';
import {
  bytesMemo,
  MAX_MEMO,
  memoWithSender,
  noMemo,
  numberMemo,
  oldMemo,
  outgoingMemo,
  premineMemo,
  textMemo,
} from '#test/fake-tari-chain/play-memos.ts';
import {
  altered,
  changeOf,
  coinbaseTo,
  LIES,
  type Lie,
  type MadeOutput,
  outputOfOthers,
  type PaymentOptions,
  type PlayWallet,
  payTo,
  playWallet,
} from '#test/fake-tari-chain/play-wallet.ts';
import { anyModernAddress, anyNetwork, anyPlainDualAddress, seededRandom } from '#test/tari/arbitraries.ts';

const random = seededRandom('payer');
const SHOP = playWallet('mainnet', random);
const PAYER = playWallet('mainnet', random);
const STRANGER = playWallet('mainnet', random);
const HEIGHT = 1000n;

/** What the shop makes of an output in a block of height 1000: nothing, change, a refusal, or a payment. */
function verdict(wallet: PlayWallet, output: WholeOutput): 'nothing' | 'change' | 'payment' | OutputRefusal {
  const opened = openOutput(wallet.view, output);
  if (opened === undefined) return 'nothing';
  if (opened.kind === 'own') return 'change';
  return refusalOf(wallet.view, opened, output, HEIGHT) ?? 'payment';
}

const pay = (options: PaymentOptions): MadeOutput => payTo(SHOP.address, PAYER, options, random);

const anyAmount = fc.oneof(fc.bigInt(0n, 1000n), fc.bigInt(0n, 10n ** 12n), fc.bigInt(0n, TARI_SUPPLY));
const anyBytes = (maxLength: number) => fc.uint8Array({ maxLength });
const anyText = fc.string({ unit: 'binary', maxLength: 15 });
/** A memo of each form, beside the text that it gives. */
const anyMemo: fc.Arbitrary<{ memo: Uint8Array; text: string | null }> = fc.oneof(
  fc.constant({ memo: noMemo(), text: null }),
  fc.bigInt(0n, 2n ** 256n - 1n).map((number) => ({ memo: numberMemo(number), text: number.toString() })),
  fc.bigInt(0n, 999n).map((number) => ({ memo: premineMemo(number), text: null })),
  fc.tuple(anyText, anyModernAddress, anyPlainDualAddress, fc.nat(5)).chain(([written, address, plain, kind]) => {
    fc.pre(address.bytes.length <= 150);
    const text = written === '' ? null : written;
    return fc.constantFrom(
      { memo: memoWithSender(address, written), text },
      { memo: outgoingMemo(address, 5n, written, [new Uint8Array(32)]), text },
      // With a payment id, one old memo in 256 can be read in two ways, and wallets take the shorter address.
      { memo: oldMemo(3, plain, written), text },
      { memo: oldMemo(4, plain, written), text },
      { memo: textMemo(`behind a kind: ${written}`, kind), text: `behind a kind: ${written}` },
      { memo: bytesMemo(utf8(`bytes, #${kind}`)), text: `bytes, #${kind}` },
    );
  }),
);

describe('what a payer sends', () => {
  it('is found whole, whatever amount, memo and script it has, and by nobody else', () => {
    fc.assert(
      fc.property(anyAmount, anyMemo, fc.constantFrom('stealth', 'plain'), (amount, { memo, text }, script) => {
        const output = pay({ amount, memo, script });
        const opened = openOutput(SHOP.view, output);
        expect(opened).toEqual({ kind: 'for_us', amount, mask: output.mask, memo });
        expect(readMemo(opened!.memo).text).toBe(text);
        expect(verdict(SHOP, output)).toBe('payment');
        expect(verdict(STRANGER, output)).toBe('nothing');
        expect(verdict(PAYER, output)).toBe('nothing');
      }),
    );
  });

  it('is found with a memo of every length', () => {
    for (let length = 0; length <= MAX_MEMO; length += 1) {
      const output = pay({ amount: 1n, memo: random(length + 1).subarray(1) });
      expect(openOutput(SHOP.view, output)?.memo).toHaveLength(length);
    }
    expect(verdict(SHOP, pay({ amount: 1n, memo: random(MAX_MEMO + 1) }))).toBe('nothing');
  });

  it('is found although its payer used no secret, so that everybody can read it', () => {
    const output = pay({ amount: 7n, text: '#1', offset: new Uint8Array(32) });
    expect(output.senderOffsetPublicKey).toEqual(new Uint8Array(32));
    expect(verdict(SHOP, output)).toBe('payment');
    // It opens for others, too, and is not theirs.
    expect(verdict(STRANGER, output)).toBe('foreign_script');
  });

  it('names the order that it was sent to, whatever the payer types, and who says that he sent it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), anyNetwork, (orderId, network) => {
        const shop = playWallet(network, seededRandom(`shop ${network}`));
        const address = withPaymentId(shop.address, utf8(orderId));
        const output = payTo(address, PAYER, { amount: 5_000_000n, text: 'thanks' }, random);
        const opened = openOutput(shop.view, output);
        expect(readMemo(opened!.memo)).toEqual({
          text: orderId,
          senderBytes: PAYER.address.bytes,
          sender: PAYER.address,
        });
      }),
      { numRuns: 30 },
    );
  });

  it('to oneself is a payment that names oneself, and change is change', () => {
    const output = payTo(SHOP.address, SHOP, { amount: 5000n }, random);
    expect(verdict(SHOP, output)).toBe('payment');
    expect(readMemo(openOutput(SHOP.view, output)!.memo).sender).toEqual(SHOP.address);
    const paid = { to: PAYER.address, amount: 5n, outputs: [output] };
    const change = changeOf(SHOP, { amount: 77n, text: 'payout 3f2a', paid }, random);
    expect(verdict(SHOP, change)).toBe('change');
    expect(openOutput(SHOP.view, change)).toMatchObject({ kind: 'own', amount: 77n });
    expect(readMemo(openOutput(SHOP.view, change)!.memo).text).toBe('payout 3f2a');
    expect(verdict(PAYER, change)).toBe('nothing');
  });

  it('has numbers of its own, and another reference in another block', () => {
    const [first, second] = [pay({ amount: 1n }), pay({ amount: 1n })];
    const ids = [first, second].map((output) => transactionIdOf(SHOP.view.publicViewKey, output.outputHash));
    expect(new Set(ids).size).toBe(2);
    const [block, otherBlock] = [random(32), random(32)];
    expect(paymentReferenceOf(block, first.outputHash)).not.toBe(paymentReferenceOf(otherBlock, first.outputHash));
  });
});

describe('what opens for the shop and is no payment to it', () => {
  const REFUSALS: Record<Lie, OutputRefusal> = {
    more_than_committed: 'wrong_value',
    less_than_committed: 'wrong_value',
    wrong_mask: 'wrong_value',
    mask_is_no_scalar: 'wrong_value',
    any_commitment: 'wrong_value',
    commitment_is_no_point: 'wrong_value',
    script_of_payer: 'foreign_script',
    script_of_another_mask: 'foreign_script',
    script_of_view_key: 'foreign_script',
    script_of_nobody: 'foreign_script',
    script_empty: 'foreign_script',
    script_longer: 'foreign_script',
    script_shorter: 'foreign_script',
    script_other_opcode: 'foreign_script',
    covenant: 'covenant',
    coinbase: 'coinbase',
    burn: 'unknown_type',
    type_of_tomorrow: 'unknown_type',
    locked: 'locked',
  };

  it.each(Object.keys(LIES) as Lie[])('%s: it is refused with its reason, and nobody else sees it', (lie) => {
    fc.assert(
      fc.property(fc.bigInt(1n, TARI_SUPPLY), fc.constantFrom('stealth', 'plain'), (amount, script) => {
        const output = pay({ amount, lie, script, text: 'order #1001' });
        expect(verdict(SHOP, output)).toBe(REFUSALS[lie]);
        expect(verdict(STRANGER, output)).toBe('nothing');
      }),
      { numRuns: 10 },
    );
  });

  it('has each reason among its lies', () => {
    expect(new Set(Object.values(REFUSALS))).toEqual(new Set(OUTPUT_REFUSALS));
  });

  it('is locked above the height of its block, and not at it', () => {
    expect(verdict(SHOP, pay({ amount: 1n, maturity: HEIGHT }))).toBe('payment');
    expect(verdict(SHOP, pay({ amount: 1n, maturity: HEIGHT + 1n }))).toBe('locked');
    expect(verdict(SHOP, pay({ amount: 1n, maturity: 2n ** 64n - 1n }))).toBe('locked');
  });

  it('is a mining reward of its own', () => {
    expect(verdict(SHOP, coinbaseTo(SHOP.address, 18_000_000_000n, 1n, random))).toBe('coinbase');
  });

  it('is more than all Tari that there are, though the commitment says so, too', () => {
    expect(verdict(SHOP, pay({ amount: TARI_SUPPLY }))).toBe('payment');
    expect(verdict(SHOP, pay({ amount: TARI_SUPPLY + 1n }))).toBe('wrong_value');
    expect(verdict(SHOP, pay({ amount: 2n ** 64n - 1n }))).toBe('wrong_value');
  });

  it('is what a node made of an honest output', () => {
    const honest = pay({ amount: 5n });
    const opened = openOutput(SHOP.view, honest)!;
    const changes: [Partial<MadeOutput>, OutputRefusal][] = [
      [{ commitment: pay({ amount: 5n }).commitment }, 'wrong_value'],
      [{ script: PAYER.view.spendKey }, 'foreign_script'],
      [{ covenant: Uint8Array.of(0) }, 'covenant'],
      [{ outputType: -1 }, 'unknown_type'],
      [{ outputType: Number.NaN }, 'unknown_type'],
      [{ maturity: HEIGHT + 1n }, 'locked'],
    ];
    for (const [change, refusal] of changes) {
      expect(refusalOf(SHOP.view, opened, altered(honest, change), HEIGHT)).toBe(refusal);
    }
  });
});

describe('an output with other bytes', () => {
  it('opens for nobody when one byte of what is encrypted, or of what it is bound to, is another', () => {
    const output = pay({ amount: 5n, text: 'order 1001' });
    const fields = ['commitment', 'encryptedData', 'senderOffsetPublicKey'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.nat(), fc.integer({ min: 1, max: 255 }), (field, at, difference) => {
        const bytes = Uint8Array.from(output[field]);
        bytes[at % bytes.length]! ^= difference;
        expect(verdict(SHOP, altered(output, { [field]: bytes }))).toBe('nothing');
      }),
    );
  });

  it('opens for nobody when it is cut or longer', () => {
    const output = pay({ amount: 5n });
    fc.assert(
      fc.property(fc.nat({ max: output.encryptedData.length - 1 }), anyBytes(20), (length, more) => {
        expect(verdict(SHOP, altered(output, { encryptedData: output.encryptedData.subarray(0, length) }))).toBe(
          'nothing',
        );
        fc.pre(more.length > 0);
        const longer = Uint8Array.of(...output.encryptedData, ...more);
        expect(verdict(SHOP, altered(output, { encryptedData: longer }))).toBe('nothing');
      }),
    );
  });

  it('of others is passed over', () => {
    for (let count = 0; count < 50; count += 1) expect(verdict(SHOP, outputOfOthers(random))).toBe('nothing');
  });
});
