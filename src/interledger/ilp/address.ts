import { PacketError } from '#interledger/packet-error.ts';

/** ILP addresses (RFC 0015 v2.0.0, Address Requirements): an allocation scheme and one or more segments. */

/** Longest address, in characters (RFC 0015, requirement 6). */
export const MAX_ADDRESS_LENGTH = 1023;

const ADDRESS = /^(?:g|private|example|peer|self|test[1-3]?|local)(?:\.[a-zA-Z0-9_~-]+)+$/;

/** Addresses of a direct peer and of the machine itself, which take no payments (RFC 0015, Allocation Schemes). */
const NOT_PAYABLE = /^(?:peer|self)\./;

/** Whether the text is an ILP address. */
export function isAddress(text: string): boolean {
  return text.length <= MAX_ADDRESS_LENGTH && ADDRESS.test(text);
}

/** The text, if it is an address. Throws PacketError otherwise. */
export function checkedAddress(text: string): string {
  if (!isAddress(text)) throw new PacketError('malformed', 'A text is no ILP address.');
  return text;
}

/** Whether packets with money can be sent to this address on behalf of a stranger who gave it. */
export function isPayable(address: string): boolean {
  return !NOT_PAYABLE.test(address);
}

/** Whether the address is this one or stands below it. */
export function isAtOrBelow(address: string, parent: string): boolean {
  return address === parent || address.startsWith(`${parent}.`);
}

/** The first segment below the parent, or undefined if the address is not below it. */
export function segmentBelow(address: string, parent: string): string | undefined {
  if (!address.startsWith(`${parent}.`)) return undefined;
  return address.slice(parent.length + 1).split('.', 1)[0];
}
