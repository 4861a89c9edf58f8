import fc from 'fast-check';
import type { BtpFrame } from '#interledger/btp/frame.ts';
import { MAX_U64 } from '#interledger/bytes.ts';
import { FULFILL, type Fulfill, PREPARE, type Prepare, REJECT, type Reject } from '#interledger/ilp/packet.ts';
import type { Frame } from '#interledger/stream/frames.ts';
import type { StreamPacket } from '#interledger/stream/packet.ts';

/** Random packets of all kinds, within what the protocols allow. */

export const anyUint64 = fc.oneof(
  fc.bigInt(0n, MAX_U64),
  fc.bigInt(0n, 1000n),
  fc.constantFrom(0n, 127n, 128n, MAX_U64),
);

export const anyBytes = (maxLength = 300) => fc.uint8Array({ maxLength });
export const anyHash = fc.uint8Array({ minLength: 32, maxLength: 32 });

const anySegment = fc.stringMatching(/^[a-zA-Z0-9_~-]{1,40}$/);
export const anyAddress = fc
  .tuple(
    fc.constantFrom('g', 'private', 'example', 'test', 'test1', 'local', 'peer'),
    fc.array(anySegment, { minLength: 1 }),
  )
  .map(([scheme, segments]) => [scheme, ...segments].join('.'));

/** Any text that UTF-8 can hold. */
export const anyText = fc.string({ unit: 'grapheme', maxLength: 60 });

export const anyTimeMs = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });

export const anyPrepare: fc.Arbitrary<Prepare> = fc.record({
  amount: anyUint64,
  expiresAtMs: anyTimeMs,
  condition: anyHash,
  destination: anyAddress,
  data: anyBytes(),
});

export const anyFulfill: fc.Arbitrary<Fulfill> = fc.record({ fulfillment: anyHash, data: anyBytes() });

export const anyReject: fc.Arbitrary<Reject> = fc.record({
  code: fc.stringMatching(/^[FTR][0-9]{2}$/),
  triggeredBy: fc.oneof(fc.constant(''), anyAddress),
  message: anyText,
  data: anyBytes(),
});

const anyByte = fc.integer({ min: 0, max: 255 });
const streamId = anyUint64;

const frameOf = <Type extends Frame['type'], Fields>(
  type: Type,
  fields: { [Key in keyof Fields]: fc.Arbitrary<Fields[Key]> },
) => fc.record(fields).map((values) => ({ type, ...values }));

export const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  frameOf('connectionClose', { code: anyByte, message: anyText }),
  frameOf('connectionNewAddress', { address: anyAddress }),
  frameOf('connectionMaxData', { maxOffset: anyUint64 }),
  frameOf('connectionDataBlocked', { maxOffset: anyUint64 }),
  frameOf('connectionMaxStreamId', { maxStreamId: anyUint64 }),
  frameOf('connectionStreamIdBlocked', { maxStreamId: anyUint64 }),
  frameOf('connectionAssetDetails', { assetCode: anyText, assetScale: anyByte }),
  frameOf('streamClose', { streamId, code: anyByte, message: anyText }),
  frameOf('streamMoney', { streamId, shares: anyUint64 }),
  frameOf('streamMaxMoney', { streamId, receiveMax: anyUint64, totalReceived: anyUint64 }),
  frameOf('streamMoneyBlocked', { streamId, sendMax: anyUint64, totalSent: anyUint64 }),
  frameOf('streamData', { streamId, offset: anyUint64, data: anyBytes() }),
  frameOf('streamMaxData', { streamId, maxOffset: anyUint64 }),
  frameOf('streamDataBlocked', { streamId, maxOffset: anyUint64 }),
  frameOf('streamReceipt', { streamId, receipt: anyBytes(60) }),
);

export const anyStreamPacket: fc.Arbitrary<StreamPacket> = fc.record({
  carrier: fc.constantFrom(PREPARE, FULFILL, REJECT),
  sequence: anyUint64,
  amount: anyUint64,
  frames: fc.array(anyFrame, { maxLength: 12 }),
});

const anyEntries = fc.uniqueArray(
  fc.record({ name: fc.stringMatching(/^[a-z_]{0,20}$/), contentType: anyByte, data: anyBytes() }),
  { selector: ({ name }) => name, maxLength: 6 },
);
const common = { requestId: fc.integer({ min: 0, max: 2 ** 32 - 1 }), entries: anyEntries };

export const anyBtpFrame: fc.Arbitrary<BtpFrame> = fc.oneof(
  fc.record({ type: fc.constantFrom('message' as const, 'response' as const), ...common }),
  fc.record({ type: fc.constant('transfer' as const), amount: anyUint64, ...common }),
  fc.record({
    type: fc.constant('error' as const),
    code: fc.stringMatching(/^[FT][0-9]{2}$/),
    name: fc.stringMatching(/^[A-Za-z]{0,30}$/),
    triggeredAtMs: anyTimeMs,
    data: anyBytes(),
    ...common,
  }),
);

/** Bytes that were a packet before something happened to them: a byte changed, a part lost, put in, or twice there. */
export function broken(packets: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const damage = fc.record({ at: fc.nat(), length: fc.nat(20), byte: anyByte, kind: fc.nat(3), extra: anyBytes(20) });
  return fc.tuple(packets, fc.array(damage, { minLength: 1, maxLength: 4 })).map(([packet, damages]) => {
    let bytes = Buffer.from(packet);
    for (const { at, length, byte, kind, extra } of damages) {
      const start = bytes.length === 0 ? 0 : at % bytes.length;
      const [before, after] = [bytes.subarray(0, start), bytes.subarray(start + length)];
      if (kind === 0 && bytes.length > 0) bytes[start] = byte;
      if (kind === 1) bytes = Buffer.concat([before, after]);
      if (kind === 2) bytes = Buffer.concat([before, extra, bytes.subarray(start)]);
      if (kind === 3) bytes = Buffer.from(before);
    }
    return new Uint8Array(bytes);
  });
}
