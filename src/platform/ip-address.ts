import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** One address of either family. IPv4-mapped IPv6 addresses (`::ffff:1.2.3.4`) are stored as IPv4. */
export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

/** All addresses that share the first `prefixLength` bits of `address`; for a single address, that is all bits. */
export interface IpRange {
  address: IpAddress;
  prefixLength: number;
}

/** The longest text that can be an address, zone name included; longer ones are not parsed. */
const MAX_ADDRESS_TEXT_LENGTH = 80;

/**
 * Parses an address of a socket or a header. The zone of a link-local IPv6 address (`%eth0`) is dropped:
 * it names an interface of this machine, not of the peer.
 * @returns undefined for anything that is not exactly one address.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  // ipaddr.js also reads `1`, `0x7f.1` and octal parts as IPv4; node:net accepts only the usual forms.
  if (text.length > MAX_ADDRESS_TEXT_LENGTH || isIP(text) === 0) return undefined;
  return ipaddr.process(withoutDots(text.replace(/%.*$/, '')));
}

/** An IPv6 address with its last 32 bits in hex: ipaddr.js mistakes `::192.0.2.1` for the mapped form. */
function withoutDots(text: string): string {
  return text.includes(':') && text.includes('.') ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text;
}

/** The canonical text of an address, for comparing and logging: dotted IPv4, or IPv6 by RFC 5952. */
export function formatIpAddress(address: IpAddress): string {
  return address.kind() === 'ipv4' ? address.toString() : (address as ipaddr.IPv6).toRFC5952String();
}

/** A household or a rented machine has all addresses of an IPv6 network of this prefix length. */
const IPV6_NETWORK_BITS = 64;

/**
 * What limits by address count for one: an IPv4 address by itself, an IPv6 address with its whole network, as
 * `2001:db8:1:2::/64`. Otherwise a new address for each request would pass every limit.
 * @returns a text that is no address as it is.
 */
export function networkOf(text: string): string {
  const address = parseIpAddress(text);
  if (address === undefined) return text;
  if (address.kind() === 'ipv4') return formatIpAddress(address);
  const groups = (address as ipaddr.IPv6).parts.slice(0, IPV6_NETWORK_BITS / 16);
  return `${groups.map((group) => group.toString(16)).join(':')}::/${IPV6_NETWORK_BITS}`;
}

/**
 * Parses an address (`192.0.2.1`, `2001:db8::1`) or a CIDR range (`10.0.0.0/8`, `fc00::/7`). Bits after the prefix may
 * be set and are ignored.
 * @returns undefined for anything else.
 */
export function parseIpRange(text: string): IpRange | undefined {
  const [, addressText = '', prefixText] = /^([0-9A-Fa-f:.]{2,45})(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const address = parseIpAddress(addressText);
  if (address === undefined) return undefined;

  const writtenBits = addressText.includes(':') ? 128 : 32;
  const writtenPrefix = prefixText === undefined ? writtenBits : Number(prefixText);
  if (writtenPrefix > writtenBits) return undefined;

  // `::ffff:10.0.0.0/104` is `10.0.0.0/8`; a shorter prefix reaches beyond the mapped addresses and stays IPv6.
  const mappedBits = writtenBits - address.toByteArray().length * 8;
  if (writtenPrefix < mappedBits)
    return { address: ipaddr.IPv6.parse(withoutDots(addressText)), prefixLength: writtenPrefix };
  return { address, prefixLength: writtenPrefix - mappedBits };
}

/** All public addresses of IPv6 so far: outside are such as `::7f00:1`, which may mean an address of IPv4. */
const PUBLIC_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether an address is one of the public internet: neither of this machine, nor of a private or a special network. */
export function isPublicIpAddress(text: string): boolean {
  const address = parseIpAddress(text);
  if (address?.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || (address as ipaddr.IPv6).match(PUBLIC_IPV6);
}
