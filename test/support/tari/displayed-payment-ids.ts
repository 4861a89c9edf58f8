import fc from 'fast-check';
import { walletVectors } from './wallet-vectors.ts';

/**
 * Payment ids as the console wallet displays them, written down from what was measured of it (docs/reference/protocol.md
 * 6), apart from the code that reads them.
 */

type Display = (bytes: Uint8Array) => string;

/** The payer's bytes, with what can't be seen escaped, and what is no UTF-8 as single bytes. */
export function displayedText(bytes: Uint8Array): string {
  let shown = '';
  for (let at = 0; at < bytes.length; ) {
    const character = characterAt(bytes, at);
    if (character === undefined) {
      shown += `\\x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`;
      at += 1;
    } else {
      shown += escapedCharacter(character);
      at += Buffer.byteLength(character);
    }
  }
  return shown;
}

function characterAt(bytes: Uint8Array, at: number): string | undefined {
  for (let length = 1; length <= 4; length += 1) {
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(at, at + length));
      if (text !== '') return text;
    } catch {}
  }
  return undefined;
}

const SHORT: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escapedCharacter(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const isHidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character);
  return isHidden ? `\\u{${character.codePointAt(0)?.toString(16)}}` : character;
}

const anyAmount = fc
  .bigInt({ min: 0n, max: 2n ** 63n - 1n })
  .map((amount) =>
    amount < 1_000_000n ? `${amount} µT` : `${amount / 1_000_000n}.${String(amount % 1_000_000n).padStart(6, '0')} T`,
  );

const anyKind = fc.constantFrom(
  ...['PaymentToOther', 'PaymentToSelf', 'Burn', 'CoinSplit', 'CoinJoin', 'ClaimAtomicSwap', 'HtlcAtomicSwapRefund'],
  'Coinbase',
);

/** Every form that holds a text: alone, with its sender, and of an own payment. */
export const anyDisplayedForm: fc.Arbitrary<Display> = fc
  .record({
    form: fc.constantFrom('text', 'sender', 'recipient'),
    address: fc.constantFrom(...walletVectors.addresses.map(({ base58 }) => base58)),
    isOneSided: fc.boolean(),
    amount: anyAmount,
    fee: anyAmount,
    kind: anyKind,
  })
  .map(({ form, address, isOneSided, amount, fee, kind }): Display => {
    const before = {
      text: '',
      sender: `sender_address(${address}), sender_one_sided(${isOneSided}), fee(${fee}), `,
      recipient: `recipient_address(${address}), sender_one_sided(${isOneSided}), amount(${amount}), fee(${fee}), `,
    }[form];
    return (bytes) => `${before}type(${kind}), data(${displayedText(bytes)})`;
  });

/** What the forms and their escapes are made of, among anything else. */
const anyPiece = fc.oneof(
  fc.constantFrom(
    ...['data(', ')', ', ', 'type(x), data(', 'sender_address(', '\\', '\\n', '\\u{41}', '\\xff', 'None'],
  ),
  fc.constantFrom(
    ...['\n', '\r', '\t', '\0', '\u007f', '\u0085', '\u202e', '\u200b', '\ufeff', '\u2028', '"', '#1001'],
  ),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
);

/** Any text of at most the 256 bytes that a memo has. */
export const anyPayersText: fc.Arbitrary<string> = fc
  .array(anyPiece, { maxLength: 20 })
  .map((pieces) => pieces.join(''))
  .filter((text) => !/\p{Cs}/u.test(text) && Buffer.byteLength(text) <= 256);
