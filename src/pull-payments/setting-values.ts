import { isAddress, isPayable } from '#interledger/ilp/address.ts';
import { hostValue, httpUrlValue, listValue, wholeNumberValue } from '#platform/config/values.ts';

/** How the texts of this context's settings become values; undefined for a text that is not accepted. */

/** A connection to a parent over BTP, without the token. */
export interface BtpServer {
  url: string;
  username: string;
  token: string | null;
}

/** How a token is signed offline. */
export const TOKEN_ALGORITHMS = ['HS256', 'HS384', 'HS512'] as const;

export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

/** Longer than any secret that a person or a program makes. */
const MAX_SECRET_LENGTH = 1000;

/** A secret that can stand in a header behind `Bearer`. */
export function bearerValue(text: string): string | undefined {
  return /^[\x21-\x7e]+$/.test(text) && text.length <= MAX_SECRET_LENGTH ? text : undefined;
}

export function secretValue(text: string): string | undefined {
  return text.length <= MAX_SECRET_LENGTH ? text : undefined;
}

/** The host of pointers: a name or an address, perhaps with a port. IPv6 addresses are in brackets, as in a URL. */
export function pointerHostValue(text: string): string | undefined {
  const [, bracketed, bare, port] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const isPort = port === undefined || wholeNumberValue(port, 1, 65535) !== undefined;
  const isHost =
    hostValue(bracketed ?? bare ?? '') !== undefined && (bracketed === undefined || bracketed.includes(':'));
  return isPort && isHost ? text : undefined;
}

/** Whether this host, which may have a port, names this machine. */
export function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)(?::\d+)?$/i.test(host);
}

export function tokenAlgorithmsValue(text: string): readonly TokenAlgorithm[] | undefined {
  const names = listValue(text).map((name) => TOKEN_ALGORITHMS.find((known) => known === name.toUpperCase()));
  const known = names.filter((name) => name !== undefined);
  return known.length > 0 && known.length === names.length ? known : undefined;
}

/** `btp+ws://USER:TOKEN@HOST:PORT/PATH`, or with btp+wss. */
export function btpServerValue(text: string): BtpServer | undefined {
  if (!/^btp\+wss?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const username = decoded(url.username);
  const token = decoded(url.password);
  if (url.hostname === '' || url.search !== '' || url.hash !== '') return undefined;
  if (username === undefined || token === undefined) return undefined;
  url.username = '';
  url.password = '';
  return { url: url.href, username, token: token === '' ? null : token };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The JSON of ILP_CREDENTIALS, as published programs have it. */
export function credentialsValue(text: string): BtpServer | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const server = parsed !== null && typeof parsed === 'object' && 'server' in parsed ? parsed.server : undefined;
    return typeof server === 'string' ? btpServerValue(server) : undefined;
  } catch {
    return undefined;
  }
}

/** As `httpUrlValue`; the path is kept as it is, since peers tell `/ilp` from `/ilp/`. */
export function peerUrlValue(text: string): string | undefined {
  return httpUrlValue(text) === undefined ? undefined : new URL(text).href;
}

export function ilpAddressValue(text: string): string | undefined {
  return isAddress(text) && isPayable(text) ? text : undefined;
}

/** The code of an asset: 1 to 20 visible ASCII characters. */
export function assetCodeValue(text: string): string | undefined {
  return /^[\x21-\x7e]{1,20}$/.test(text) ? text : undefined;
}

/** The URL of a webhook, as it was given. */
export function webhookUrlValue(text: string): string | undefined {
  return /^https?:\/\//i.test(text) && URL.canParse(text) ? text : undefined;
}
