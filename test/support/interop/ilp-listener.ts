import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A listener with nothing but `POST /ilp`, for an endpoint without the rest of the server. */
export async function listenForPackets(
  port: number,
  token: string,
  receive: (prepare: Uint8Array) => Promise<Uint8Array>,
) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.headers.authorization !== `Bearer ${token}` || request.url !== '/ilp') {
      response.writeHead(401).end();
      return;
    }
    const reply = await receive(Buffer.concat(chunks));
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(reply);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
