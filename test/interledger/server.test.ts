import { describe, expect, it } from 'vitest';
import { MAX_U64 } from '#interledger/bytes.ts';
import { PREPARE, type Prepare, readReply, writePrepare } from '#interledger/ilp/packet.ts';
import { openTagged, taggedCredentials } from '#interledger/stream/credentials.ts';
import { connectionKeys } from '#interledger/stream/crypto.ts';
import { sealStreamPacket } from '#interledger/stream/packet.ts';
import { type ServerOptions, StreamServer } from '#interledger/stream/server.ts';
import { randomOf } from '#test/interledger/bytes.ts';
import { NOW } from '#test/interledger/peer.ts';

/** Which connection a packet is for, by its address alone. */

const SECRET = new Uint8Array(32).fill(9);
const ADDRESS = 'private.us';
const random = randomOf(3);
const GONE = 'gone';

function server(options: Partial<ServerOptions> = {}): StreamServer {
  return new StreamServer({
    address: ADDRESS,
    random,
    identify: (destination) => {
      const opened = openTagged(SECRET, ADDRESS, destination);
      if (opened === undefined) return undefined;
      const peerStreams = { sendMax: opened.tag === undefined ? 0n : MAX_U64, receiveMax: 0n };
      const asset = { code: 'XRP', scale: 9 };
      return { ...opened, options: opened.tag === GONE ? undefined : { asset, peerStreams } };
    },
    ...options,
  });
}

function packetFor(credentials: { destination: string; sharedSecret: Uint8Array }): Uint8Array {
  const packet = { carrier: PREPARE, sequence: 1n, amount: 0n, frames: [] } as const;
  const data = sealStreamPacket(connectionKeys(credentials.sharedSecret).encryption, packet, random);
  const { destination } = credentials;
  const prepare: Prepare = { amount: 0n, expiresAtMs: NOW + 1000, condition: random(32), destination, data };
  return writePrepare(prepare);
}

const codeOf = (route: ReturnType<StreamServer['route']>) => {
  const reply = route.kind === 'reject' ? readReply(route.reject) : undefined;
  return reply?.type === 'reject' ? reply.code : undefined;
};

describe('a server', () => {
  it('opens one connection for each of its credentials, with the first packet that decrypts', () => {
    const ours = server();
    const [one, other] = ['a', 'b'].map((tag) => packetFor(taggedCredentials(SECRET, ADDRESS, random, tag)));
    const routes = [one, one, other].map((bytes) => ours.route(bytes as Uint8Array, NOW));
    expect(routes.map((route) => route.kind === 'connection' && route.isNew)).toEqual([true, false, true]);
    const connections = routes.map((route) => (route.kind === 'connection' ? route.connection : undefined));
    expect(connections[1]).toBe(connections[0]);
    expect(connections[2]).not.toBe(connections[0]);
  });

  it('refuses what is not for it, and keeps nothing of it', () => {
    const ours = server();
    const { destination, sharedSecret } = taggedCredentials(SECRET, ADDRESS, random, 'a');
    expect(codeOf(ours.route(Buffer.from('no packet'), NOW))).toBe('F01');
    const elsewhere = ['private.other.x', 'private.usa.x', ADDRESS, `${ADDRESS}.short`];
    for (const one of elsewhere)
      expect(codeOf(ours.route(packetFor({ destination: one, sharedSecret }), NOW))).toBe('F02');
    expect(codeOf(ours.route(packetFor({ destination, sharedSecret: new Uint8Array(32) }), NOW))).toBe('F06');
    expect(codeOf(ours.route(packetFor({ destination: `${destination}b`, sharedSecret }), NOW))).toBe('F06');
    expect(ours.connections.size).toBe(0);
  });

  it('says that something is gone only to those who have its secret', () => {
    const gone = taggedCredentials(SECRET, ADDRESS, random, GONE);
    expect(codeOf(server().route(packetFor(gone), NOW))).toBe('F02');
    expect(codeOf(server().route(packetFor({ ...gone, sharedSecret: new Uint8Array(32) }), NOW))).toBe('F06');
  });

  it('opens another connection after one has ended, and further ones only while there is room', () => {
    const ours = server({ maxConnections: 1 });
    const [one, other] = ['a', 'b'].map((tag) => packetFor(taggedCredentials(SECRET, ADDRESS, random, tag)));
    const first = ours.route(one as Uint8Array, NOW);
    expect(codeOf(ours.route(other as Uint8Array, NOW))).toBe('T03');
    if (first.kind === 'connection') first.connection.tick(NOW + 60_000);
    const again = ours.route(one as Uint8Array, NOW);
    expect(again).toMatchObject({ kind: 'connection', isNew: true });
    if (again.kind === 'connection') again.connection.tick(NOW + 60_000);
    expect(ours.route(other as Uint8Array, NOW)).toMatchObject({ kind: 'connection', isNew: true });
    expect(ours.connections.size).toBe(1);
  });
});
