import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_ENTRIES, readFrame, writeFrame } from '#interledger/btp/frame.ts';
import { readConfiguration } from '#interledger/ildcp.ts';
import { readAmountTooLarge, writeAmountTooLarge } from '#interledger/ilp/amount-too-large.ts';
import {
  readPrepare,
  readReply,
  writeFulfill,
  writePrepare,
  writeReject,
  writeReply,
} from '#interledger/ilp/packet.ts';
import { OerWriter } from '#interledger/oer/writer.ts';
import { PacketError } from '#interledger/packet-error.ts';
import { openSealed, openTagged, sealedCredentials, taggedCredentials } from '#interledger/stream/credentials.ts';
import { openStreamPacket, readStreamPacket, sealStreamPacket, writeStreamPacket } from '#interledger/stream/packet.ts';
import { verifyReceipt, writeReceipt } from '#interledger/stream/receipt.ts';
import {
  anyBtpFrame,
  anyBytes,
  anyFulfill,
  anyHash,
  anyPrepare,
  anyReject,
  anyStreamPacket,
  anyText,
  anyUint64,
  broken,
} from '#test/interledger/arbitraries.ts';
import { plain, randomOf } from '#test/interledger/bytes.ts';

/** What is written is read again, and nothing that a stranger can send does more than be refused. */

const RUNS = { numRuns: 500 };

describe('what is written', () => {
  it('is read again: Prepare, Fulfill, Reject', () => {
    fc.assert(
      fc.property(anyPrepare, (one) => {
        expect(plain(readPrepare(writePrepare(one)))).toEqual(plain(one));
      }),
      RUNS,
    );
    const anyReply = fc.oneof(
      anyFulfill.map((one) => ({ type: 'fulfill' as const, ...one })),
      anyReject.map((one) => ({ type: 'reject' as const, ...one })),
    );
    fc.assert(
      fc.property(anyReply, (one) => {
        expect(plain(readReply(writeReply(one)))).toEqual(plain(one));
      }),
      RUNS,
    );
  });

  it('is read again: BTP', () => {
    fc.assert(
      fc.property(anyBtpFrame, (one) => {
        expect(plain(readFrame(writeFrame(one)))).toEqual(plain(one));
      }),
      RUNS,
    );
  });

  it('is read again: STREAM, encrypted and padded, but under no other key and on no other carrier', () => {
    fc.assert(
      fc.property(anyStreamPacket, anyHash, anyHash, fc.nat(2000), (one, key, other, paddedBytes) => {
        const data = sealStreamPacket(key, one, randomOf(1), paddedBytes);
        expect(data.length).toBeGreaterThanOrEqual(paddedBytes);
        expect(plain(openStreamPacket(key, data, one.carrier))).toEqual(plain(one));
        expect(() => openStreamPacket(key, data, one.carrier === 12 ? 13 : 12)).toThrow(PacketError);
        fc.pre(Buffer.compare(key, other) !== 0);
        expect(() => openStreamPacket(other, data, one.carrier)).toThrow(PacketError);
      }),
      RUNS,
    );
  });

  it('is read again: amounts of F08, receipts', () => {
    const amounts = fc.record({ received: anyUint64, maximum: anyUint64 });
    fc.assert(
      fc.property(amounts, (one) => {
        expect(readAmountTooLarge(writeAmountTooLarge(one))).toEqual(one);
      }),
    );
    const receipt = fc.tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), anyHash, fc.nat(255), anyUint64, anyHash);
    fc.assert(
      fc.property(receipt, ([nonce, secret, streamId, totalReceived, other]) => {
        const bytes = writeReceipt({ nonce, secret }, streamId, totalReceived);
        expect(plain(verifyReceipt(bytes, secret))).toEqual(plain({ nonce, streamId, totalReceived }));
        expect(verifyReceipt(bytes, other)).toBeUndefined();
        bytes[20] = (bytes[20] as number) ^ 1;
        expect(verifyReceipt(bytes, secret)).toBeUndefined();
      }),
    );
  });

  it('is found again: the tag of an address, by its server alone', () => {
    const anyTag = fc.option(fc.stringMatching(/^[a-zA-Z0-9_~-]{1,40}$/), { nil: undefined });
    fc.assert(
      fc.property(anyTag, anyText, anyHash, anyHash, fc.integer(), (tag, code, secret, other, seed) => {
        fc.pre(Buffer.compare(secret, other) !== 0);
        const address = 'private.server';
        const tagged = taggedCredentials(secret, address, randomOf(seed), tag);
        expect(plain(openTagged(secret, address, tagged.destination))).toMatchObject(
          plain({ tag, sharedSecret: tagged.sharedSecret }) as object,
        );
        const content = { asset: { code, scale: 9 }, ...(tag === undefined ? {} : { tag }) };
        const sealed = sealedCredentials(secret, address, randomOf(seed), content);
        const opened = openSealed(secret, address, `${sealed.destination}.more`);
        expect(plain(opened)).toMatchObject(plain({ content, sharedSecret: sealed.sharedSecret }) as object);
        expect(openSealed(other, address, sealed.destination)).toBeUndefined();
        expect(openSealed(secret, 'private.other', sealed.destination)).toBeUndefined();
      }),
    );
  });
});

/** Answers, or throws the one error; anything else fails the test. */
function refusesOrReads(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof PacketError)) throw error;
  }
}

describe('what strangers send', () => {
  const read = (bytes: Uint8Array) => {
    refusesOrReads(() => readPrepare(bytes));
    refusesOrReads(() => readReply(bytes));
    refusesOrReads(() => readFrame(bytes));
    refusesOrReads(() => readStreamPacket(bytes));
    refusesOrReads(() => readConfiguration(bytes));
    readAmountTooLarge(bytes);
    verifyReceipt(bytes, new Uint8Array(32));
  };

  it('is read or refused, be it bytes of any kind', () => {
    fc.assert(fc.property(anyBytes(2000), read), { numRuns: 3000 });
  });

  it('is read or refused, be it broken packets', () => {
    const packets = fc.oneof(
      anyPrepare.map(writePrepare),
      anyFulfill.map(writeFulfill),
      anyReject.map(writeReject),
      anyBtpFrame.map(writeFrame),
      anyStreamPacket.map(writeStreamPacket),
    );
    fc.assert(fc.property(broken(packets), read), { numRuns: 3000 });
  });

  it('is read or refused, be it broken what was encrypted', () => {
    const key = new Uint8Array(32);
    const sealed = anyStreamPacket.map((one) => sealStreamPacket(key, one, randomOf(7)));
    fc.assert(
      fc.property(broken(sealed), (data) => refusesOrReads(() => openStreamPacket(key, data, 12))),
      RUNS,
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 1100 }), (text) => {
        openTagged(key, 'private.a', `private.a.${text}`);
        openSealed(key, 'private.a', `private.a.${text}`);
      }),
      RUNS,
    );
  });

  it('announces what it likes: nothing is made room for that has not come', () => {
    const huge = Buffer.from('0c84ffffffff00', 'hex');
    expect(() => readPrepare(huge)).toThrow(PacketError);
    const manyFrames = new OerWriter()
      .uint8(1)
      .uint8(12)
      .varUint(1n)
      .varUint(0n)
      .varUint(2n ** 40n)
      .bytes();
    expect(() => readStreamPacket(manyFrames)).toThrow(expect.objectContaining({ code: 'too_large' }));
    const manyEntries = new OerWriter().varUint(BigInt(MAX_ENTRIES + 1)).bytes();
    const frame = new OerWriter().uint8(6).uint32(1).varOctets(manyEntries).bytes();
    expect(() => readFrame(frame)).toThrow(expect.objectContaining({ code: 'too_large' }));
  });
});
