import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BtpFrame, readFrame, writeFrame } from '#interledger/btp/frame.ts';
import { configurationRequest, readConfiguration } from '#interledger/ildcp.ts';
import { readPrepare, readReply, writeFulfill, writePrepare, writeReject } from '#interledger/ilp/packet.ts';
import { orUndefined } from '#interledger/packet-error.ts';
import { openStreamPacket, readStreamPacket, sealStreamPacket, writeStreamPacket } from '#interledger/stream/packet.ts';
import {
  anyAddress,
  anyBtpFrame,
  anyFulfill,
  anyPrepare,
  anyReject,
  anyStreamPacket,
  broken,
} from '#test/interledger/arbitraries.ts';
import { plain } from '#test/interledger/bytes.ts';
import { published } from '#test/interop/published.ts';
import { theirBtp, theirFrame, theirPrepare, theirStreamPacket } from '#test/interop/published-frames.ts';

/**
 * Random packets, ours against the published codecs, both ways: what one writes, the other reads as the same. INTEROP_RUNS
 * sets how many of each; 100 000 take a quarter of an hour.
 */
const RUNS = Number(process.env.INTEROP_RUNS ?? 5_000);
const WITHIN_MS = 60_000 + RUNS * 20;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const random = (length: number) => new Uint8Array(randomBytes(length));
const property = <T>(arbitrary: fc.Arbitrary<T>, test: (value: T) => void | Promise<void>) =>
  fc.assert(
    fc.asyncProperty(arbitrary, async (value) => test(value)),
    { numRuns: RUNS },
  );
/** So that two can be compared whatever holds their bytes and numbers. */
const shown = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('ILP packets', { timeout: WITHIN_MS }, () => {
  const their = published.ilpPacket();

  it('Prepare', async () => {
    // The published codec takes the first moment of 1970 for no time.
    const known = anyPrepare.filter(({ expiresAtMs }) => expiresAtMs > 0);
    await property(known, (prepare) => {
      const bytes = writePrepare(prepare);
      expect(hex(bytes)).toBe(hex(their.serializeIlpPrepare(theirPrepare(prepare))));
      expect(shown(their.deserializeIlpPrepare(bytes))).toEqual(shown(theirPrepare(prepare)));
      expect(plain(readPrepare(bytes))).toEqual(plain(prepare));
    });
  });

  it('Fulfill', async () => {
    await property(anyFulfill, ({ fulfillment, data }) => {
      const bytes = writeFulfill({ fulfillment, data });
      const given = { fulfillment: Buffer.from(fulfillment), data: Buffer.from(data) };
      expect(hex(bytes)).toBe(hex(their.serializeIlpFulfill(given)));
      expect(shown(their.deserializeIlpFulfill(bytes))).toEqual(shown(given));
      expect(plain(readReply(bytes))).toEqual(plain({ type: 'fulfill', fulfillment, data }));
    });
  });

  it('Reject', async () => {
    await property(anyReject, (reject) => {
      const bytes = writeReject(reject);
      const given = { ...reject, data: Buffer.from(reject.data) };
      expect(hex(bytes)).toBe(hex(their.serializeIlpReject(given)));
      expect(shown(their.deserializeIlpReject(bytes))).toEqual(shown(given));
      expect(plain(readReply(bytes))).toEqual(plain({ type: 'reject', ...reject }));
    });
  });

  it('that are broken: what ours reads has the data that theirs reads', async () => {
    const packets = fc.oneof(anyPrepare.map(writePrepare), anyFulfill.map(writeFulfill), anyReject.map(writeReject));
    let read = 0;
    await property(broken(packets), (bytes) => {
      const ours = orUndefined(() => (bytes[0] === 12 ? readPrepare(bytes) : readReply(bytes)));
      const theirs = attempt(() => their.deserializeIlpPacket(Buffer.from(bytes)).data);
      if (ours === undefined || theirs === undefined) return;
      read += 1;
      expect(hex(ours.data)).toBe(hex(theirs.data));
    });
    expect(read).toBeGreaterThan(0);
  });
});

describe('STREAM packets', { timeout: WITHIN_MS }, () => {
  const key = random(32);
  const { Packet } = published.streamPacket();

  it('encrypted, both ways', async () => {
    let count = 0;
    await property(anyStreamPacket, async (packet) => {
      const padding = [0, 4_000][count++ % 2] as number;
      const sealed = await theirStreamPacket(packet).serializeAndEncrypt(key, padding || undefined);
      expect(plain(openStreamPacket(key, sealed, packet.carrier))).toEqual(plain(packet));
      const theirs = await Packet.decryptAndDeserialize(key, sealStreamPacket(key, packet, random, padding));
      expect(String(theirs.sequence)).toBe(String(packet.sequence));
      expect(String(theirs.prepareAmount)).toBe(String(packet.amount));
      expect(shown(theirs.frames)).toEqual(shown(packet.frames.map(theirFrame)));
    });
  });

  it('that are broken: what ours reads has the frames that theirs reads', async () => {
    let read = 0;
    await property(broken(anyStreamPacket.map(writeStreamPacket)), (bytes) => {
      const ours = orUndefined(() => readStreamPacket(bytes));
      const theirs = attempt(() => Packet._deserializeUnencrypted(Buffer.from(bytes)));
      if (ours === undefined || theirs === undefined) return;
      read += 1;
      expect(shown(theirs.frames)).toEqual(shown(ours.frames.map(theirFrame)));
    });
    expect(read).toBeGreaterThan(0);
  });
});

describe('BTP frames', { timeout: WITHIN_MS }, () => {
  /** The published codec fails at an entry of this name, and writes an error's data as a text. */
  const known = anyBtpFrame
    .filter(({ entries }) => entries.every(({ name }) => name !== '__proto__'))
    .map(
      (frame): BtpFrame => (frame.type === 'error' ? { ...frame, data: frame.data.map((byte) => byte & 0x7f) } : frame),
    );

  it('of all types', async () => {
    await property(known, (frame) => {
      const bytes = writeFrame(frame);
      expect(hex(bytes)).toBe(hex(theirBtp(frame)));
      const theirs = published.btpPacket().deserialize(bytes);
      expect(theirs.requestId).toBe(frame.requestId);
      expect(theirs.data.protocolData.map((one: { protocolName: string }) => one.protocolName)).toEqual(
        frame.entries.map(({ name }) => name),
      );
      expect(plain(readFrame(bytes))).toEqual(plain(frame));
    });
  });
});

describe('ILDCP', () => {
  const their = published.ildcp();

  it('asks as the published package does, and reads what it answers', async () => {
    const expiresAtMs = Date.UTC(2026, 11, 1);
    const theirs = their.serializeIldcpRequest({ expiresAt: new Date(expiresAtMs) });
    expect(hex(configurationRequest(expiresAtMs))).toBe(hex(theirs));
    await fc.assert(
      fc.asyncProperty(
        anyAddress.filter((one) => !one.startsWith('peer')),
        fc.nat(255),
        async (address, assetScale) => {
          const served = await their.serve({
            requestPacket: configurationRequest(Date.now() + 1_000),
            handler: async () => ({ clientAddress: address, assetCode: 'XRP', assetScale }),
            serverAddress: 'private.moneyd',
          });
          expect(readConfiguration(served)).toEqual({ address, assetCode: 'XRP', assetScale });
        },
      ),
      { numRuns: Math.min(RUNS, 200) },
    );
  });
});

function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
