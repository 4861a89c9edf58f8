// Receives webhooks of tari-payment-server and verifies their signatures, without any library.
//
//   WEBHOOK_SECRET=whsec_… PORT=9000 node receive-webhooks.mjs
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

/** Older messages are refused, so that a recorded one can't be sent again later. */
const MAX_AGE_SECONDS = 300;

/** Whether the body was signed with the secret a moment ago. The body must be the bytes as they came. */
export function isGenuine(secret, headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures = '' } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= MAX_AGE_SECONDS)) return false;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  // There are two of them for a day after the secret was rotated.
  return signatures.split(' ').some((signature) => {
    const given = Buffer.from(signature.replace('v1,', ''), 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

/** A server that hands each genuine event to a function once. */
export function createReceiver(secret, handle) {
  // A real receiver keeps these ids with its own data: the same event may come again days later.
  const handled = new Set();
  return createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (!isGenuine(secret, request.headers, body)) {
      response.writeHead(401).end();
      return;
    }
    const id = request.headers['webhook-id'];
    if (!handled.has(id)) handle(JSON.parse(body));
    handled.add(id);
    response.writeHead(204).end();
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { WEBHOOK_SECRET = '', PORT = '9000' } = process.env;
  createReceiver(WEBHOOK_SECRET, ({ type, data }) => process.stdout.write(`${type} ${JSON.stringify(data)}\n`)).listen(
    Number(PORT),
  );
}
