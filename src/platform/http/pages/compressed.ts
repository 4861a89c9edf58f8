import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A page or a file to be sent. */
export interface Answer {
  mediaType: string;
  bytes: Buffer;
  /** Set if it was compressed in advance; a page is compressed each time. */
  gzipped: Buffer | undefined;
}

const compress = promisify(gzip);

/** Sends the answer, compressed if the browser accepts that: the page is read on phones with slow connections. */
export async function compressed(request: FastifyRequest, reply: FastifyReply, answer: Answer): Promise<Buffer> {
  reply.type(answer.mediaType).header('vary', 'accept-encoding, accept-language');
  if (!/\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) return answer.bytes;
  reply.header('content-encoding', 'gzip');
  return answer.gzipped ?? (await compress(answer.bytes));
}
