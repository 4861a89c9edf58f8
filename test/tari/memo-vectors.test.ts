import { hex } from '@scure/base';
import { describe, expect, it } from 'vitest';
import { addressToBase58 } from '#tari/address.ts';
import { utf8 } from '#tari/bytes.ts';
import { readMemo } from '#tari/chain/memo.ts';
import { textOfPaymentId } from '#tari/payment-id-text.ts';
import {
  memoWithSender,
  noMemo,
  numberMemo,
  oldMemo,
  outgoingMemo,
  textMemo,
} from '#test/fake-tari-chain/play-memos.ts';
import { walletVectors } from '#test/tari/wallet-vectors.ts';

/** Memos made of what Tari's own code gave: addresses with its verdict on each, and texts. */

const MAX_ADDRESS_IN_MEMO = 240;
const { addresses, verdicts, memos } = walletVectors;

describe('the address in a memo', () => {
  const fitting = verdicts.filter(({ hex: text }) => text.length / 2 <= MAX_ADDRESS_IN_MEMO);

  it("is taken for one exactly when Tari's own code takes it", () => {
    const wrong = fitting.filter(({ hex: text, valid }) => {
      const address = hex.decode(text);
      const { text: found, senderBytes } = readMemo(memoWithSender(address, '#1001'));
      return valid ? found !== '#1001' || hex.encode(senderBytes!) !== text : found !== null || senderBytes !== null;
    });
    expect(wrong).toEqual([]);
    expect(fitting.filter(({ valid }) => valid).length).toBeGreaterThan(10);
    expect(fitting.filter(({ valid }) => !valid).length).toBeGreaterThan(100);
  });

  it('is read in every form that wallets show', () => {
    for (const { hex: text, base58 } of addresses.filter((each) => each.hex.length / 2 <= MAX_ADDRESS_IN_MEMO)) {
      const address = hex.decode(text);
      for (const memo of [memoWithSender(address, '#7'), memoWithSender(address, '')]) {
        const { senderBytes, sender } = readMemo(memo);
        expect(hex.encode(senderBytes!)).toBe(text);
        expect(sender && addressToBase58(sender)).toBe(base58);
      }
      expect(readMemo(outgoingMemo(address, 1n, '#7')).sender).toBeNull();
      expect(readMemo(oldMemo(3, address, '')).senderBytes).not.toBeNull();
    }
  });
});

describe('the text in a memo', () => {
  it("is the same that the wallet's script is given, so that a shop may change from one to the other", () => {
    const address = hex.decode(addresses[1]!.hex);
    const formOf = (kind: string, bytes: Uint8Array) => {
      if (kind === 'open') return textMemo(bytes);
      return kind === 'address_and_data' ? memoWithSender(address, bytes) : outgoingMemo(address, 1n, bytes);
    };
    for (const { kind, memo } of memos.filter((each) => hex.decode(each.memo.bytes).length > 0)) {
      expect(readMemo(formOf(kind, hex.decode(memo.bytes))).text).toBe(textOfPaymentId(memo.display));
    }
    expect(readMemo(numberMemo(1_234_567n)).text).toBe(textOfPaymentId('u256(1234567)'));
    expect(readMemo(utf8('5600000000001')).text).toBe(textOfPaymentId('Raw(35363030303030303030303031)'));
    expect(readMemo(noMemo()).text ?? '').toBe(textOfPaymentId('None'));
  });

  const texts = memos.filter(({ kind }) => kind === 'open' || kind === 'address_and_data');

  it('is what the payer gave, in each form', () => {
    expect(texts.length).toBeGreaterThan(20);
    const address = hex.decode(addresses[1]!.hex);
    for (const { memo } of texts) {
      const bytes = hex.decode(memo.bytes);
      const text = bytes.length === 0 ? null : Buffer.from(bytes).toString('utf8');
      const forms = [textMemo(bytes, 3), memoWithSender(address, bytes), outgoingMemo(address, 5n, bytes)];
      expect(forms.map((memo) => readMemo(memo).text)).toEqual([text, text, text]);
    }
  });
});
