import type { IncomingHttpHeaders } from 'node:http';
import { formatIpAddress, parseIpAddress } from '#platform/ip-address.ts';
import { createIpList, type IpList } from './ip-allowlist.ts';

/** More proxies in a row than this is not a network but an attack; the walk stops and keeps what it has. */
const MOST_ENTRIES = 50;

/** Of a longer header only the end is read: that is where the nearest proxies write. */
const LONGEST_HEADER = 4096;

/** Which forwarded headers count, and from whom. */
export interface ClientAddressOptions {
  useXForwardedFor: boolean;
  useForwarded: boolean;
  /** Addresses and CIDR ranges of the proxies whose headers are believed. */
  trustedProxies: readonly string[];
}

/** Says who sent a request, from the address of the connection's peer and the request's headers. */
export type ClientAddress = (peer: string, headers: IncomingHttpHeaders) => string;

/**
 * Makes the function that says who sent a request: the peer of the connection, or, where a forwarded header is switched
 * on and the peer is a trusted proxy, the address that the nearest trusted proxy saw. The list in the header is walked
 * from its end past trusted proxies, so that nothing a client writes at its beginning counts. An entry that cannot be
 * read ends the walk at the last address that could. X-Forwarded-For goes before Forwarded where both are on and present.
 *
 * Addresses come out in their one canonical form, an IPv4 peer of a dual-stack socket as plain IPv4.
 */
export function createClientAddress(options: ClientAddressOptions): ClientAddress {
  const trustedProxies = createIpList(options.trustedProxies);

  return (peer, headers) => {
    const peerAddress = canonicalAddress(peer) ?? peer;
    const xForwardedFor = options.useXForwardedFor ? headerText(headers['x-forwarded-for']) : undefined;
    const forwarded = options.useForwarded ? headerText(headers.forwarded) : undefined;
    const header = xForwardedFor ?? forwarded;
    if (header === undefined || !trustedProxies.contains(peerAddress)) return peerAddress;
    const addressOf = xForwardedFor === undefined ? addressOfForwardedElement : addressOfNode;
    return walk(peerAddress, header, addressOf, trustedProxies);
  };
}

/** Goes from the peer towards the client for as long as a trusted proxy vouches for the next address. */
function walk(
  peerAddress: string,
  header: string,
  addressOf: (entry: string) => string | undefined,
  trustedProxies: IpList,
): string {
  let lastGood = peerAddress;
  let entries = 0;
  for (const entry of entriesFromTheRight(header)) {
    const address = addressOf(entry);
    if (address === undefined) return lastGood;
    lastGood = address;
    entries += 1;
    if (entries === MOST_ENTRIES || !trustedProxies.contains(address)) return lastGood;
  }
  return lastGood;
}

/**
 * The entries of a comma list, last first, commas in quotes left alone. Quotes are paired from the right as well: read
 * from the left, one stray quote of a client's would swallow all that the proxies wrote behind it.
 */
function* entriesFromTheRight(header: string): Generator<string> {
  const text = header.slice(-LONGEST_HEADER);
  let end = text.length;
  for (let index = end - 1; index >= 0; index -= 1) {
    if (text[index] === '"') {
      index = openingQuote(text, index);
    } else if (text[index] === ',') {
      yield text.slice(index + 1, end).trim();
      end = index;
    }
  }
  // What is left of a header that was cut may be the tail of a longer address.
  if (text.length === header.length) yield text.slice(0, end).trim();
}

/** Where the quoted text that ends at `closing` begins; -1 where it has no beginning. */
function openingQuote(text: string, closing: number): number {
  let index = closing;
  do {
    index = index === 0 ? -1 : text.lastIndexOf('"', index - 1);
  } while (index > 0 && isEscaped(text, index));
  return index;
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0;
  while (text[index - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

/** The `for` of one element of Forwarded (RFC 7239, section 4); undefined where the element is malformed or has none. */
function addressOfForwardedElement(element: string): string | undefined {
  const pair = /\s*([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",;]+))\s*(?:;|$)/y;
  let node: string | undefined;
  while (pair.lastIndex < element.length) {
    const [, name, quoted, bare] = pair.exec(element) ?? [];
    if (name === undefined) return undefined;
    if (name.toLowerCase() !== 'for') continue;
    // A second `for` is forbidden (RFC 7239, section 4), and choosing one of two would be guessing.
    if (node !== undefined) return undefined;
    node = quoted?.replace(/\\(.)/g, '$1') ?? bare;
  }
  return node === undefined ? undefined : addressOfNode(node);
}

/** A bracketed IPv6 address or an IPv4 address, perhaps with a port, which may be hidden (RFC 7239, section 6). */
const NODE_WITH_PORT = /^(?:\[([^\]]+)\]|(\d+(?:\.\d+){3}))(?::(?:\d{1,5}|_[\w.-]+))?$/;

/** The address in `1.2.3.4`, `1.2.3.4:80`, `[2001:db8::1]:80` or `2001:db8::1`; undefined for `unknown` and `_hidden`. */
function addressOfNode(node: string): string | undefined {
  const [, bracketed, dotted] = NODE_WITH_PORT.exec(node) ?? [];
  return canonicalAddress(bracketed ?? dotted ?? node);
}

function canonicalAddress(text: string): string | undefined {
  const address = parseIpAddress(text);
  return address === undefined ? undefined : formatIpAddress(address);
}

/** Node joins repeated headers with commas except where a program hands them over as a list. */
function headerText(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header.join(',') : header;
  return text === undefined || text.trim() === '' ? undefined : text;
}
