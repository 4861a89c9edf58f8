/**
 * The answer to an operator's change is kept as JSON, so that a repeat of the request gets the same one. Amounts and times
 * are marked in it, so that they are read as what they were.
 */
export interface KeptAnswer {
  answer: unknown;
}

type Marked = { bigint: string } | { time: string };

export function keptAnswer(answer: object): KeptAnswer {
  return { answer: marked(answer) };
}

export function readAnswer<Answer>({ answer }: KeptAnswer): Answer {
  return unmarked(answer) as Answer;
}

function marked(value: unknown): unknown {
  if (typeof value === 'bigint') return { bigint: String(value) } satisfies Marked;
  if (value instanceof Date) return { time: value.toISOString() } satisfies Marked;
  return mapped(value, marked);
}

function unmarked(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    const [[name, text] = [], ...others] = Object.entries(value);
    if (others.length === 0 && name === 'bigint') return BigInt(text);
    if (others.length === 0 && name === 'time') return new Date(text);
  }
  return mapped(value, unmarked);
}

function mapped(value: unknown, map: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, map(inner)]));
}
