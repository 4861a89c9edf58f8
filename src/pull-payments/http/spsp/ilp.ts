import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import type { AnonymousRateLimit } from '#platform/http/rate-limit.ts';
import type { Endpoint } from '../endpoint-type.ts';
import { Refusal } from './answers.ts';
import { bearerOfPeerIn, isSecret } from './bearer.ts';

/** Data of 32 KiB, an address of 1 KiB, and what is around them. */
export const MAX_ILP_BODY_BYTES = 36 * 1024;

/** Of Rafiki, and of the published plugin. */
const PACKET_TYPES = ['application/octet-stream', 'application/ilp+octet-stream'];

export interface IlpPorts {
  endpoint: Endpoint;
  /** The bearer token that the parent shows. */
  incomingToken: string;
  limitStrangers: AnonymousRateLimit;
}

/** `POST /ilp`: takes packets of the parent (ILP over HTTP, answered at once). */
export async function ilpRoute(app: FastifyInstance, ports: IlpPorts): Promise<void> {
  const { endpoint, incomingToken, limitStrangers } = ports;
  const requireParent: onRequestAsyncHookHandler = async (request, reply) => {
    if (isSecret(bearerOfPeerIn(request.headers), incomingToken)) return;
    await limitStrangers(request, reply);
    throw new Refusal(401, 'Invalid token');
  };

  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(PACKET_TYPES, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) =>
      done(new Refusal(400, `The content type must be ${PACKET_TYPES.join(' or ')}.`)),
    );
    scope.post('/ilp', { bodyLimit: MAX_ILP_BODY_BYTES, onRequest: requireParent }, async (request, reply) => {
      const { body } = request;
      if (!(body instanceof Uint8Array) || body.length === 0) throw new Refusal(400, 'The body must be an ILP packet.');
      const answer = await endpoint.receive(body);
      const [type = ''] = (request.headers['content-type'] ?? '').split(';');
      reply.type(type.trim().toLowerCase());
      return Buffer.from(answer);
    });
  });
}
