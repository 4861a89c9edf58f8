/** How many columns of a terminal texts take. */

/** Letters of ASCII, of one column each. */
const PLAIN = /^[ -~]*$/;

let measure: ((text: string) => number) | undefined;
/** Made when a text is not plain: to make it takes a tenth of the tool's start. */
let segmenter: Intl.Segmenter | undefined;

/**
 * Makes widths of texts that are not ASCII right; without it they count characters. The library is loaded only for such
 * texts, because loading takes a tenth of the tool's start.
 */
export async function loadWidths(): Promise<void> {
  measure ??= (await import('string-width')).default;
}

export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

/** How many columns of a terminal the text takes. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  return measure?.(text) ?? [...text].length;
}

/** The text, with an ellipsis in place of what does not fit. */
export function fitted(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  const kept = cut(text, columns - 1);
  return `${kept}…`;
}

/** The text in lines of at most that many columns. Words stay whole, so that a long address can still be copied. */
export function folded(text: string, columns: number): string[] {
  if (widthOf(text) <= columns) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(longer) > columns) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

/** What of the text fits, never a half of a character. */
function cut(text: string, columns: number): string {
  const most = Math.max(0, columns);
  if (PLAIN.test(text)) return text.slice(0, most);
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  let kept = '';
  let width = 0;
  for (const { segment } of segmenter.segment(text)) {
    width += widthOf(segment);
    if (width > most) break;
    kept += segment;
  }
  return kept;
}
