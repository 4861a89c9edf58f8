import type { IncomingHttpHeaders } from 'node:http';

/** How much of what an anonymous caller sent goes into one line, in characters. */
const MAX_LENGTHS = { method: 16, httpVersion: 8, url: 1024, userAgent: 256, forwarded: 256, address: 64 } as const;

/** A request that was answered. */
export interface AnsweredRequest {
  receivedAt: Date;
  /** The client's address, as `createClientAddress` gives it. */
  address: string;
  method: string;
  /** Path and query as they were sent. */
  url: string;
  /** Such as `1.1`. */
  httpVersion: string;
  headers: IncomingHttpHeaders;
  status: number;
  durationMs: number;
}

/**
 * The access log's fields of a request, as JSON. Texts are as they were sent, truncated, and null if there was none.
 * Tokens are never included: `auth` and `access` only say whether one was sent.
 */
export interface AccessLogFields {
  /** RFC 3339, UTC, with milliseconds. */
  receivedAt: string;
  address: string;
  xForwardedFor: string | null;
  forwarded: string | null;
  method: string;
  url: string;
  httpVersion: string;
  status: number;
  userAgent: string | null;
  /** Whether a login token came with the request (`tpg_auth_token`, or a bearer token for a login). */
  auth: 'present' | null;
  /** Whether an access token came with the request (`tpg_access_token` as header or cookie, or a bearer token). */
  access: 'present' | null;
  durationMs: number;
}

/** The access log's fields of an answered request. Log them as `{ access: fields }`; see `createLogger`. */
export function accessLogFields(request: AnsweredRequest): AccessLogFields {
  const { headers } = request;
  return {
    receivedAt: request.receivedAt.toISOString(),
    address: cut(request.address, MAX_LENGTHS.address),
    xForwardedFor: headerText(headers['x-forwarded-for'], MAX_LENGTHS.forwarded),
    forwarded: headerText(headers.forwarded, MAX_LENGTHS.forwarded),
    method: cut(request.method, MAX_LENGTHS.method),
    url: cut(withoutSecrets(request.url), MAX_LENGTHS.url),
    httpVersion: cut(request.httpVersion, MAX_LENGTHS.httpVersion),
    status: request.status,
    userAgent: headerText(headers['user-agent'], MAX_LENGTHS.userAgent),
    auth: hasLoginToken(request) ? 'present' : null,
    access: hasAccessToken(request) ? 'present' : null,
    durationMs: Math.round(request.durationMs * 1000) / 1000,
  };
}

/**
 * The line of a request in the access log, in the documented format that log parsers rely on. Quotes, backslashes and
 * control characters are escaped, so that no request can end the line or forge another.
 */
export function formatAccessLine(fields: AccessLogFields): string {
  const text = (value: string | null) => (value === null ? '-' : escapeText(value));
  return [
    fields.receivedAt,
    text(fields.address),
    `x-forwarded-for: ${text(fields.xForwardedFor)}`,
    `forwarded: ${text(fields.forwarded)}`,
    `"${text(fields.method)} ${text(fields.url)} HTTP/${text(fields.httpVersion)}"`,
    fields.status,
    `ua:"${text(fields.userAgent)}"`,
    `auth:"${text(fields.auth)}"`,
    `access:"${text(fields.access)}"`,
    `${fields.durationMs.toFixed(3)} ms`,
  ].join(' ');
}

/** Whether a bearer token of this request is a login token. */
function isLogin({ url }: AnsweredRequest): boolean {
  return /^\/auth\/?(?:\?|$)/.test(url);
}

function hasLoginToken(request: AnsweredRequest): boolean {
  return hasText(request.headers.tpg_auth_token) || (isLogin(request) && hasBearerToken(request.headers));
}

function hasBearerToken({ authorization = '' }: IncomingHttpHeaders): boolean {
  return /^bearer\s+\S/i.test(authorization);
}

function hasAccessToken(request: AnsweredRequest): boolean {
  const { headers } = request;
  return (
    hasText(headers.tpg_access_token) ||
    (!isLogin(request) && hasBearerToken(headers)) ||
    /(?:^|;)\s*tpg_access_token=[^;\s]/.test(headers.cookie ?? '')
  );
}

function hasText(header: string | string[] | undefined): boolean {
  return header !== undefined && header.length > 0;
}

function headerText(header: string | string[] | undefined, longest: number): string | null {
  const text = Array.isArray(header) ? header.join(', ') : header;
  return text === undefined || text === '' ? null : cut(text, longest);
}

/**
 * The path without the code that opens an order's page, without those that sign in to the console, and without all but the
 * beginning of a pull pointer: readers of the log must not be able to open the one, nor to pull money with the other. What
 * is searched for in the console may be an e-mail address, which is kept nowhere. The router serves escaped paths too, and a
 * link that is put together wrongly is refused but holds the code all the same.
 */
export function withoutSecrets(url = ''): string {
  const hidden = withoutPlainSecrets(url);
  if (!url.includes('%') || (hidden !== url && !/%2f/i.test(url))) return hidden;
  const unescaped = unescapedOr(url);
  const hiddenThere = withoutPlainSecrets(unescaped);
  return hiddenThere === unescaped ? hidden : hiddenThere;
}

/** A scheme and a host, as in requests to a proxy, and too many slashes may stand before a path. */
function withoutPlainSecrets(url: string): string {
  return url
    .replace(/^((?:https?:\/\/[^/?]*)?\/+o\/+(?!assets\/)[^/?]*\/+)[^/?]+/i, '$1…')
    .replace(/^((?:https?:\/\/[^/?]*)?\/+o\/*\?.*?\bnumber=)[^&]*/i, '$1…')
    .replace(/^((?:https?:\/\/[^/?]*)?\/.*?console\/+(?:link|invitation)\/+)[^/?]+/i, '$1…')
    .replace(/^((?:https?:\/\/[^/?]*)?\/+api\/+pull_pointers\/+[^/?]{8})[^/?]+/i, '$1…')
    .replace(/^([^?]*\/console\b[^?]*\?.*?\bq=)[^&]*/i, '$1…');
}

function unescapedOr(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

/** Escapes characters that end a quoted text or a line, move the cursor, or reverse the writing direction. */
function escapeText(text: string): string {
  return escapeControls(text.replace(/["\\]/g, '\\$&'));
}

/** Escapes characters that end a line, move the cursor, or reverse the writing direction. */
export function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
