/** Amounts of Tari as the page shows them, and as a wallet takes them. */

const DECIMALS = 6;

/** `477` or `0.5`: the bare number, as it is typed into a wallet in any language. */
export function bareAmount(microTari: bigint): string {
  const digits = microTari.toString().padStart(DECIMALS + 1, '0');
  const whole = digits.slice(0, -DECIMALS);
  const decimals = digits.slice(-DECIMALS).replace(/0+$/, '');
  return decimals === '' ? whole : `${whole}.${decimals}`;
}

const formats = new Map<string, Intl.NumberFormat>();

/** `1,234.5 XTM`, as the language writes numbers. */
export function shownAmount(microTari: bigint, language: string): string {
  return `${shownNumber(bareAmount(microTari), language)} XTM`;
}

/** A decimal text as the language writes numbers, with as many decimals. */
export function shownNumber(text: string, language: string): string {
  if (!/^\d{1,40}(?:\.\d{1,20})?$/.test(text)) return text;
  const decimals = text.split('.')[1]?.length ?? 0;
  const name = `${language} ${decimals}`;
  let format = formats.get(name);
  if (format === undefined) {
    format = new Intl.NumberFormat(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    formats.set(name, format);
  }
  // Texts are formatted without loss; the types of older libraries take numbers only.
  return format.format(text as unknown as number);
}
