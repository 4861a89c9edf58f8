import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { privateKeyOf } from '#test/database/certificates/private-key.ts';
import { certificateFile } from '#test/database/postgres-server.ts';

/** A proxy with TLS before a port of this machine, with the certificate of `localhost` that the authority of tests vouches for. */
export async function startTlsProxy(targetPort: number) {
  const open = new Set<TLSSocket>();
  const options = { key: privateKeyOf('server of tests'), cert: readFileSync(certificateFile('server')) };
  const server = createServer(options, (secure) => {
    const plain = connect(targetPort, '127.0.0.1');
    open.add(secure);
    secure.on('error', () => plain.destroy()).on('close', () => open.delete(secure));
    plain.on('error', () => secure.destroy());
    secure.pipe(plain).pipe(secure);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
