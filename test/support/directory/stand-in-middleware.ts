import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A merchant's own program as docs/back-end.md says, with the oddities that such programs have. */

export interface StandInMiddleware {
  /** With a slash at its end, as in the document's sample. */
  url: string;
  secret: string;
  /** The paths and bodies that were posted with the right secret. */
  asked: { path: string; body: Record<string, unknown>; headers: IncomingMessage['headers'] }[];
  /** Takes the place of the next answers. */
  misbehave: ((response: ServerResponse) => void) | undefined;
  close(): Promise<void>;
}

export interface PayerCheckout {
  checkout_id: string | number;
  account_id: string | number;
  [more: string]: unknown;
}

export async function startMiddleware(payers: Readonly<Record<string, PayerCheckout[]>>): Promise<StandInMiddleware> {
  const secret = 'shared-secret-of-the-middleware';
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const text = await textOf(request);
    if (standIn.misbehave !== undefined) return standIn.misbehave(response);
    if (request.headers.authorization !== secret) {
      return send(response, 403, { error: 'bad secret', error_message: 'You may not ask me.' });
    }
    const body = JSON.parse(text) as Record<string, unknown>;
    standIn.asked.push({ path: request.url ?? '', body, headers: request.headers });
    if (request.method !== 'POST' || !/^\/+(?:base\/)?payer$/.test(request.url ?? '')) {
      // The sample of the document answers 200 to what it does not find.
      return send(response, 200, { error: 'not found', error_message: 'There is no such object.' });
    }
    const found = payers[String(body.payer_email)] ?? [];
    send(response, 200, { payer_checkouts: found, served_by: 'stand-in' });
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const standIn: StandInMiddleware = {
    url: `http://127.0.0.1:${port}/base/`,
    secret,
    asked: [],
    misbehave: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return standIn;
}

export function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
