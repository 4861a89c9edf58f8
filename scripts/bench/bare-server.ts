import Fastify from 'fastify';
import { parseJson } from '#platform/json.ts';
import { verifyShopHmac } from '#shops/shopify/http/hmac.ts';

/**
 * The limits that the server is measured beside: a route that checks the HMAC and parses the body, and nothing else; and one
 * that sends a text.
 */
const app = Fastify({ logger: false, bodyLimit: 2 * 1024 * 1024 });
const secrets = [process.env.BENCH_HMAC_SECRET ?? ''];

app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
app.post('/shopify/webhook/checkout_create', async (request, reply) => {
  const body = request.body as Buffer;
  const header = request.headers['x-shopify-hmac-sha256'];
  if (verifyShopHmac(body, header as string, secrets) !== 'valid') return reply.code(403).send();
  parseJson(body.toString('utf8'));
  return { success: true, message: 'Order processed successfully.' };
});

/** Texts that it sends as they are, beside which readings are measured. */
const texts = new Map<string, string>();
app.post('/texts', async (request) => {
  const { name, text } = parseJson((request.body as Buffer).toString('utf8')) as { name: string; text: string };
  texts.set(name, text);
  return { success: true };
});
app.get<{ Params: { name: string } }>('/texts/:name', async ({ params }, reply) =>
  reply.type('application/json; charset=utf-8').send(texts.get(params.name)),
);

await app.listen({ host: '127.0.0.1', port: Number(process.env.BENCH_PORT) });
