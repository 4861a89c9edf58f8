/** Which entries of a list fit what was typed, the best first. */

export interface Findable {
  label: string;
  hint?: string;
  /** Among entries that fit equally well it comes last, so that Enter alone never opens it by surprise. */
  isDangerous?: boolean;
}

/** What is typed in full is meant, whatever else it occurs in. Nothing typed is everything, as it stands. */
export function bestMatches<Entry extends Findable>(typed: string, entries: readonly Entry[]): Entry[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return [...entries];
  const ranked = entries.flatMap((entry) => {
    const rank = rankOf(wanted, entry);
    return rank === undefined ? [] : [{ entry, rank }];
  });
  const exact = ranked.filter(({ rank }) => rank === RANKS.exact);
  if (exact.length > 0) return exact.map(({ entry }) => entry);
  ranked.sort((one, other) => one.rank - other.rank || dangerOf(one.entry) - dangerOf(other.entry));
  return ranked.map(({ entry }) => entry);
}

const RANKS = { exact: 0, prefix: 1, words: 2, wordsWithHint: 3, substring: 4, scattered: 5 } as const;

/** Undefined if it does not fit. */
function rankOf(wanted: string, { label, hint = '' }: Findable): number | undefined {
  const name = label.toLowerCase();
  const whole = `${name} ${hint.toLowerCase()}`;
  const parts = wanted.split(/\s+/);
  if (name === wanted) return RANKS.exact;
  if (name.startsWith(wanted)) return RANKS.prefix;
  if (beginWords(parts, name)) return RANKS.words;
  if (beginWords(parts, whole)) return RANKS.wordsWithHint;
  if (name.includes(wanted)) return RANKS.substring;
  return parts.every((part) => whole.includes(part)) ? RANKS.scattered : undefined;
}

function beginWords(parts: readonly string[], text: string): boolean {
  const words = text.split(/[^\p{L}\p{N}#]+/u);
  return parts.every((part) => words.some((word) => word.startsWith(part)));
}

function dangerOf({ isDangerous }: Findable): number {
  return isDangerous ? 1 : 0;
}
