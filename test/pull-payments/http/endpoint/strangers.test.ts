import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_U64 } from '#interledger/bytes.ts';
import { readReply } from '#interledger/ilp/packet.ts';
import { anyAddress, anyStreamPacket, broken } from '#test/interledger/arbitraries.ts';
import { type RunningEndpoint, startEndpoint } from '#test/pull-payments/endpoint.ts';
import { handMade } from '#test/pull-payments/hand-made.ts';

/** Whatever comes in: each packet is answered, nothing is thrown, and no connection of others suffers. */

let one: RunningEndpoint;
beforeAll(async () => {
  one = await startEndpoint();
});
afterAll(() => one.endpoint.stop());

describe('an endpoint', () => {
  it('answers whatever strangers and broken peers send, and pays others meanwhile', { timeout: 120_000 }, async () => {
    const { endpoint, books, connector, client, credentials, agree, log } = one;
    const id = agree(MAX_U64);
    connector.maxPacket = 100n;
    const pulling = client(agree(20_000n)).pull(20_000n);
    const given = fc.constantFrom(credentials(id), credentials(id), credentials(null));
    const made = fc
      .tuple(given, anyStreamPacket, fc.bigInt(0n, 5n))
      .map(([one, { frames }, amount]) => handMade(one, { frames, amount }));
    const elsewhere = fc
      .tuple(given, anyAddress)
      .map(([{ sharedSecret }, destinationAccount]) => handMade({ destinationAccount, sharedSecret }));
    const packets = fc.oneof(fc.uint8Array({ maxLength: 200 }), made, broken(made), elsewhere);
    await fc.assert(
      fc.asyncProperty(packets, async (bytes) => {
        expect(['fulfill', 'reject']).toContain(readReply(await endpoint.receive(bytes)).type);
      }),
      { numRuns: 2_000 },
    );
    expect(await pulling).toBe(20_000n);
    // They named addresses at which nothing takes money.
    expect(books.sumOf(id).paid).toBe(0n);
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
