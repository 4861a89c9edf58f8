import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Answer } from './node-answers.ts';

/** What a node can do in place of answering: what is in front of it, what breaks, and what is meant to break us. */
export type NodeFault =
  /** Takes the request and never answers. */
  | 'hang'
  /** Sends the headers, half of the answer, and then nothing, with the connection open. */
  | 'hang_in_body'
  /** Closes the connection without a word. */
  | 'drop'
  | `status_${number}`
  /** A page for people, with status 200, as captive portals and proxies show it. */
  | 'html'
  | 'garbage'
  | 'empty'
  /** The answer ends in the middle, and the connection with it. */
  | 'truncated'
  /** The same, and the length that is announced is that of the half. */
  | 'truncated_whole'
  /** Every number is a text, every text a number, every list an object. */
  | 'wrong_types'
  | 'nulls'
  /** JSON that never ends: white space, or ever more blocks. */
  | 'endless_space'
  | 'endless_blocks'
  /** A small compressed answer that becomes large. */
  | 'gzip_bomb'
  | 'deep'
  /** Numbers, heights and times far from what they can be. */
  | 'absurd_numbers'
  | 'redirect'
  /** The right answer, one byte after the other. */
  | 'drip';

const SPACE = Buffer.alloc(64 * 1024, ' ');
const BLOCKS = Buffer.from('{"height":1,"outputs":[],"inputs":[]},'.repeat(2000));
const MEBIBYTE = 1024 * 1024;
const BOMB_MEBIBYTES = 512;
const DEPTH = 1_000_000;
const DRIP_INTERVAL_MS = 50;
const HTML = '<!doctype html><html><body><h1>Please log in</h1></body></html>';

/** A compressed text may have parts: the same mebibyte over and over. */
const BOMB = Buffer.concat(Array<Buffer>(BOMB_MEBIBYTES).fill(gzipSync(Buffer.alloc(MEBIBYTE, ' '), { level: 9 })));

/** Answers as the fault has it. `write` gives the JSON text of an answer. */
export function misbehave(
  fault: NodeFault,
  response: ServerResponse,
  answer: Answer,
  write: (body: unknown) => string,
): void {
  const text = write(answer.body);
  switch (fault) {
    case 'hang':
      return;
    case 'hang_in_body':
      response.writeHead(answer.status, jsonOf(Buffer.byteLength(text)));
      response.write(text.slice(0, text.length / 2));
      return;
    case 'drop':
      response.destroy();
      return;
    case 'truncated':
      response.writeHead(answer.status, jsonOf(Buffer.byteLength(text)));
      response.write(text.slice(0, text.length / 2), () => response.destroy());
      return;
    case 'endless_space':
      response.writeHead(200, jsonOf());
      pour(response, SPACE);
      return;
    case 'endless_blocks':
      response.writeHead(200, jsonOf());
      response.write('{"has_next_page":false,"next_header_to_scan":"","blocks":[');
      pour(response, BLOCKS);
      return;
    case 'gzip_bomb':
      response.writeHead(200, { ...jsonOf(BOMB.length), 'content-encoding': 'gzip' }).end(BOMB);
      return;
    case 'redirect':
      response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end();
      return;
    case 'drip':
      drip(response, answer.status, text);
      return;
    default:
      end(response, fault.startsWith('status_') ? Number(fault.slice(7)) : 200, bodyOf(fault, answer, text, write));
  }
}

function bodyOf(fault: NodeFault, answer: Answer, text: string, write: (body: unknown) => string): string | Buffer {
  switch (fault) {
    case 'html':
      return HTML;
    case 'garbage':
      return randomBytes(4096);
    case 'empty':
      return '';
    case 'truncated_whole':
      return text.slice(0, text.length / 2);
    case 'wrong_types':
      return write(wrongTypes(answer.body));
    case 'nulls':
      return write(eachLeaf(answer.body, () => null));
    case 'deep':
      return '['.repeat(DEPTH) + ']'.repeat(DEPTH);
    case 'absurd_numbers':
      return write(eachLeaf(answer.body, (leaf) => (typeof leaf === 'number' ? absurd(leaf) : leaf)));
    default:
      return write({ error: 'Service unavailable' });
  }
}

function jsonOf(length?: number): Record<string, string | number> {
  const headers = { 'content-type': 'application/json' };
  return length === undefined ? headers : { ...headers, 'content-length': length };
}

/** A node that asks for patience asks for a lot of it. */
function end(response: ServerResponse, status: number, body: string | Buffer): void {
  const patience: Record<string, string> = status === 429 || status === 503 ? { 'retry-after': '86400' } : {};
  response.writeHead(status, { ...jsonOf(Buffer.byteLength(body)), ...patience }).end(body);
}

/** Writes for as long as the other side reads. */
function pour(response: ServerResponse, chunk: Buffer): void {
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}

function drip(response: ServerResponse, status: number, text: string): void {
  const bytes = Buffer.from(text);
  response.writeHead(status, jsonOf(bytes.length));
  let at = 0;
  const timer = setInterval(() => {
    response.write(bytes.subarray(at, at + 1));
    at += 1;
    if (at < bytes.length) return;
    clearInterval(timer);
    response.end();
  }, DRIP_INTERVAL_MS);
  response.on('close', () => clearInterval(timer));
}

function absurd(number: number): number | bigint {
  return [-1, 0.5, 1e308, 2n ** 63n, 2n ** 64n - 1n][Math.abs(number) % 5] ?? -1;
}

function wrongTypes(value: unknown): unknown {
  if (Array.isArray(value)) return Object.fromEntries(value.map((each, index) => [`n${index}`, wrongTypes(each)]));
  if (typeof value === 'object' && value !== null) return Object.values(value).map(wrongTypes);
  return typeof value === 'string' ? value.length : String(value);
}

function eachLeaf(value: unknown, change: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => eachLeaf(each, change));
  if (typeof value !== 'object' || value === null) return change(value);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, eachLeaf(each, change)]));
}
