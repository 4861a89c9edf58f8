import { bytesFromHex } from './byte-strings.ts';

/** The console wallet's argument is a payment id of at most 256 bytes beside an address, in hex. */
const LONGEST_ARGUMENT = 4096;

/**
 * The text of a payment id as the console wallet prints it, its notification script's fifth argument (protocol.md 6):
 * `None`, `u64(n)`, `u256(n)`, `data(HEX)`, `address_and_data(B58,HEX)`, and newer `type(…), data(TEXT)` or
 * `sender_address(…), …, data(TEXT)`. Bytes that are not text give an empty one, and so does `None`. An argument of no
 * known form is taken for the text itself.
 */
export function textOfPaymentId(argument5: string): string {
  const argument = argument5.trim();
  if (argument === 'None' || argument.length > LONGEST_ARGUMENT) return '';
  const number = /^u(?:64|256)\((\w*)\)$/.exec(argument);
  if (number) return number[1] ?? '';
  const data = /^(?:data\(|address_and_data\([^,()]*, ?)([0-9a-fA-F]*)\)$/.exec(argument);
  if (data) return textOfHex(data[1] ?? '');
  return textAfterLastData(argument) ?? argument;
}

/** TEXT may itself hold `)` and `,`, so it is what stands between the last ` data(` and the final `)`. */
function textAfterLastData(argument: string): string | undefined {
  const marker = ' data(';
  const start = argument.lastIndexOf(marker);
  return start >= 0 && argument.endsWith(')') ? argument.slice(start + marker.length, -1) : undefined;
}

function textOfHex(text: string): string {
  const bytes = bytesFromHex(text);
  if (bytes === undefined) return '';
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return '';
  }
}
