/**
 * The keys of a wallet in a text that an operator has: what the console wallet's `export-view-key-and-spend-key` prints
 * or writes into a file, lines of a settings file, two keys alone, or the 24 seed words. Nothing of the text is ever
 * repeated in an error.
 *
 * The console wallet prints `View key: HEX` (private) and `Spend key: HEX` (public) among other lines, and writes
 * `{"view_key":HEX,"public_view_key":HEX,"spend_key":HEX}` into a file.
 */

export type KeysInText =
  | { kind: 'words'; words: string; passphrase: string }
  | {
      kind: 'keys';
      /** Private, 64 lower-case hex characters, as are the others. */
      viewKey: string;
      publicViewKey: string | undefined;
      /** Public. Undefined if the text holds the view key alone. */
      spendKey: string | undefined;
    };

/** The text holds no keys, or keys that contradict each other. The message is a sentence that shows none of them. */
export class KeysInTextError extends Error {
  override readonly name = 'KeysInTextError';
}

const WORD_COUNT = 24;

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are coloured with them (ECMA-48).
const TERMINAL_CODES = /\u001b\[[0-9;?]*[A-Za-z]|\ufeff/g;

/** A key, and the words in front of it where there are some: `"view_key": "…"`, `Spend key: …`, `TPG_VIEW_KEY=…`. */
const KEYS =
  /(?:(?<label>[A-Za-z][A-Za-z _-]{0,40})["']?[ \t]*[:=][ \t]*["']?|(?<![0-9A-Za-z]))(?:0x)?(?<key>[0-9a-fA-F]{64})(?![0-9A-Za-z])/g;

type KeyKind = 'view' | 'public view' | 'spend' | 'private spend';

/** @throws {KeysInTextError} */
export function keysInText(text: string): KeysInText {
  const plain = text.replace(TERMINAL_CODES, '').replaceAll('\r', '');
  const found = [...plain.matchAll(KEYS)].map(({ groups }) => ({
    kind: kindOf(groups?.label ?? ''),
    key: (groups?.key ?? '').toLowerCase(),
  }));
  if (found.length === 0) return wordsInText(plain);
  const labelled = found.filter(({ kind }) => kind !== undefined);
  return labelled.length > 0 ? labelledKeys(labelled) : bareKeys(found.map(({ key }) => key));
}

function kindOf(label: string): KeyKind | undefined {
  const words = label.toLowerCase();
  if (words.includes('view')) return words.includes('public') ? 'public view' : 'view';
  if (!words.includes('spend')) return undefined;
  return words.includes('private') || words.includes('secret') ? 'private spend' : 'spend';
}

function labelledKeys(found: readonly { kind: KeyKind | undefined; key: string }[]): KeysInText {
  const only = (kind: KeyKind): string | undefined => {
    const [first, ...others] = new Set(found.filter((one) => one.kind === kind).map(({ key }) => key));
    if (others.length > 0) throw new KeysInTextError(`The text holds two different ${kind} keys.`);
    return first;
  };
  if (only('private spend') !== undefined) {
    throw new KeysInTextError(
      'The text holds a private spend key, which can spend everything and is not needed here. Give the public one.',
    );
  }
  const viewKey = only('view');
  if (viewKey === undefined) throw new KeysInTextError('The text holds no private view key.');
  return { kind: 'keys', viewKey, publicViewKey: only('public view'), spendKey: only('spend') };
}

/** The wallet prints the view key first. */
function bareKeys(keys: readonly string[]): KeysInText {
  const [viewKey = '', spendKey, ...others] = new Set(keys);
  if (others.length > 0)
    throw new KeysInTextError('The text holds more than two keys, and does not say which is which.');
  return { kind: 'keys', viewKey, publicViewKey: undefined, spendKey };
}

/** The words on one line and a passphrase on the next, or the words alone over several lines, perhaps numbered. */
function wordsInText(text: string): KeysInText {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.trim() !== '');
  const [first = '', second = '', ...rest] = lines.slice(Math.max(0, start));
  if (wordsOf(first).length === WORD_COUNT && rest.every((line) => line.trim() === '')) {
    return { kind: 'words', words: wordsOf(first).join(' '), passphrase: second };
  }
  const words = wordsOf(text);
  if (words.length === WORD_COUNT) return { kind: 'words', words: words.join(' '), passphrase: '' };
  throw new KeysInTextError(
    'This is neither 24 seed words nor what export-view-key-and-spend-key prints: a view key and a spend key of 64 hex characters each.',
  );
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/u).filter((word) => word !== '' && !/^\d+[.):]?$/.test(word));
}
