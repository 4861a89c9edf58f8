import type { IncomingHttpHeaders } from 'node:http';
import { formatIpAddress, parseIpAddress } from '#platform/ip-address.ts';
import { createIpList, type IpList } from './ip-allowlist.ts';

/** More proxies in a row than this are an attack rather than a network; the walk stops at the address that it has. */
const MAX_ENTRIES = 50;

/** Only the end of a longer header is read: that is where the nearest proxies write. */
const MAX_HEADER_LENGTH = 4096;

/** Which forwarded headers are trusted, and from which proxies. */
export interface ClientAddressOptions {
  useXForwardedFor: boolean;
  useForwarded: boolean;
  /** Addresses and CIDR ranges of the trusted proxies. */
  trustedProxies: readonly string[];
}

/** Returns the address that sent a request, given the connection's peer and the request's headers. */
export type ClientAddress = (peer: string, headers: IncomingHttpHeaders) => string;

/**
 * Creates the function that determines who sent a request: the peer of the connection, or, if a forwarded header is
 * enabled and the peer is a trusted proxy, the address that the nearest trusted proxy saw. The list in the header is
 * walked from its end past trusted proxies, so that nothing a client writes at its beginning counts. An entry that cannot
 * be parsed ends the walk at the address before it. X-Forwarded-For takes precedence over Forwarded if both are enabled
 * and present.
 *
 * Addresses are returned in canonical form, an IPv4 peer of a dual-stack socket as plain IPv4.
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

/** Walks from the peer towards the client as long as a trusted proxy vouches for the next address. */
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
    if (entries === MAX_ENTRIES || !trustedProxies.contains(address)) return lastGood;
  }
  return lastGood;
}

/**
 * The entries of a comma-separated list, last first; commas in quotes do not separate. Quotes are paired from the right
 * as well: paired from the left, one stray quote of a client would swallow everything that the proxies wrote after it.
 */
function* entriesFromTheRight(header: string): Generator<string> {
  const text = header.slice(-MAX_HEADER_LENGTH);
  let end = text.length;
  for (let index = end - 1; index >= 0; index -= 1) {
    if (text[index] === '"') {
      index = openingQuote(text, index);
    } else if (text[index] === ',') {
      yield text.slice(index + 1, end).trim();
      end = index;
    }
  }
  // The first entry of a truncated header may be the tail of a longer address.
  if (text.length === header.length) yield text.slice(0, end).trim();
}

/** The index of the quote that opens the text closed at `closing`; -1 if there is none. */
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

/** The `for` of one element of Forwarded (RFC 7239, section 4); undefined if the element is malformed or has none. */
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

/** Node joins repeated headers with commas, unless a program provides them as an array. */
function headerText(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header.join(',') : header;
  return text === undefined || text.trim() === '' ? undefined : text;
}
