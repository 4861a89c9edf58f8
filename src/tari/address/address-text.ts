import { base58 } from '@scure/base';
import type { EmojiTable } from './emoji-tables.ts';

/**
 * Tari's own text forms of an address's bytes (protocol.md 2): emoji and base58. Nothing here knows what the bytes mean.
 * Parsing returns undefined for a text of another form, so that the caller can try the next one.
 */

/** The bytes of a text with one emoji of the table per byte. Surrounding space and `|` between groups are ignored. */
export function bytesFromEmoji(text: string, table: EmojiTable): Uint8Array | undefined {
  const bytes: number[] = [];
  for (const symbol of text.trim()) {
    if (symbol === '|') continue;
    const byte = table.byteOfEmoji.get(symbol);
    if (byte === undefined) return undefined;
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

export function emojiFromBytes(bytes: Uint8Array, table: EmojiTable): string {
  let text = '';
  for (const byte of bytes) text += table.emojiOfByte[byte];
  return text;
}

/**
 * The bytes of a base58 text in three parts: network, features, rest. The first two bytes of every valid address are
 * below 58, so each is one character.
 */
export function bytesFromBase58(text: string): Uint8Array | undefined {
  if (text.length < 3 || !/^[1-9A-HJ-NP-Za-km-z]+$/.test(text)) return undefined;
  const network = base58.decode(text.slice(0, 1));
  const features = base58.decode(text.slice(1, 2));
  const rest = base58.decode(text.slice(2));
  return Uint8Array.from([...network, ...features, ...rest]);
}

export function base58FromBytes(bytes: Uint8Array): string {
  return base58.encode(bytes.slice(0, 1)) + base58.encode(bytes.slice(1, 2)) + base58.encode(bytes.slice(2));
}
