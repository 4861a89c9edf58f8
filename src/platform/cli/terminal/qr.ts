import { renderUnicodeCompact } from 'uqr';
import type { Terminal } from '#platform/cli/ports.ts';

/** Scanners want a light margin of four modules; two are enough for every phone, and fit narrow terminals. */
const MARGIN = 2;

/** Bright white on black (ECMA-48), and back to what it was. */
const LIGHT_ON_DARK = '\u001b[97;40m';
const USUAL = '\u001b[0m';

/**
 * A QR code as lines of half blocks. On a terminal it is light with dark modules whatever the terminal's own colours
 * are, because some phones read no inverted code.
 */
export function qrLines(text: string, terminal: Terminal): string[] {
  const lines = renderUnicodeCompact(text, { border: MARGIN, ecc: 'M' }).split('\n');
  return terminal.colour ? lines.map((line) => `${LIGHT_ON_DARK}${line}${USUAL}`) : lines;
}
