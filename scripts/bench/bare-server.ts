import Fastify from 'fastify';
import { parseJson } from '#platform/json.ts';
import { verifyShopHmac } from '#shops/shopify/http/hmac.ts';

/** The limit that the webhook is measured beside: a route that checks the HMAC and parses the body, and nothing else. */
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

await app.listen({ host: '127.0.0.1', port: Number(process.env.BENCH_PORT) });
