import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { privateKeyOf } from '#test/database/certificates/private-key.ts';
import { certificateFile } from '#test/database/postgres-server.ts';

/** A proxy with TLS before a listener, with the certificate of `localhost` that the authority of tests vouches for. */
export async function startTlsProxy(targetPort: number) {
  const options = { key: privateKeyOf('server of tests'), cert: readFileSync(certificateFile('server')) };
  const server = createServer(options, (incoming, outgoing) => {
    const { method, headers, url: path } = incoming;
    const onward = request({ host: '127.0.0.1', port: targetPort, method, headers, path }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  });
  // A client resolves localhost to either.
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
