import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAddress, isAtOrBelow, isPayable, MAX_ADDRESS_LENGTH, segmentBelow } from '#interledger/ilp/address.ts';
import { describedError, kindOfError } from '#interledger/ilp/error-codes.ts';
import { readPrepare, readReply, writePrepare, writeReject } from '#interledger/ilp/packet.ts';
import { generalizedTimeOf, generalizedTimeText, timestampOf, timestampText } from '#interledger/ilp/timestamp.ts';
import { OerReader } from '#interledger/oer/reader.ts';
import { OerWriter } from '#interledger/oer/writer.ts';
import { PacketError } from '#interledger/packet-error.ts';
import { anyUint64 } from '#test/interledger/arbitraries.ts';

const read = (hex: string) => new OerReader(Buffer.from(hex, 'hex'));
const code = (code: string) => expect.objectContaining({ name: 'PacketError', code });

describe('lengths', () => {
  it('are written short below 128 and in as few bytes as they need', () => {
    const written = [0, 7, 127, 128, 130, 255, 256, 4660, 11259375].map((one) =>
      new OerWriter().length(one).bytes().toString('hex'),
    );
    expect(written).toEqual(['00', '07', '7f', '8180', '8182', '81ff', '820100', '821234', '83abcdef']);
    for (const hex of written) expect(new OerWriter().length(read(hex).length()).bytes().toString('hex')).toBe(hex);
  });

  it.each(['8100', '817f', '820001', '820080', '8200ff', '83000100', '80'])(
    'are refused in any other form: %s',
    (hex) => {
      expect(() => read(hex).length()).toThrow(code('not_canonical'));
    },
  );

  it('are refused if they are longer than anything of ours', () => {
    expect(() => read('88ac01055a1debac1e').length()).toThrow(code('too_large'));
    expect(() => read('ff').length()).toThrow(code('too_large'));
    expect(() => read('8201').length()).toThrow(code('truncated'));
    expect(() => read('0501020304').varOctets(10)).toThrow(code('truncated'));
    expect(() => read('0501020304').varOctets(4)).toThrow(code('too_large'));
  });
});

describe('integers', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(anyUint64, (value) => {
        expect(new OerReader(new OerWriter().varUint(value).bytes()).varUint()).toBe(value);
        expect(new OerReader(new OerWriter().uint64(value).bytes()).uint64()).toBe(value);
      }),
    );
    expect(new OerWriter().varUint(0n).bytes().toString('hex')).toBe('0100');
  });

  it('may have leading zeros, but have a byte at least and 64 bits at most', () => {
    expect(read('020005').varUint()).toBe(5n);
    expect(read('0a0000ffffffffffffffff').varUint()).toBe(2n ** 64n - 1n);
    expect(() => read('00').varUint()).toThrow(code('malformed'));
    expect(() => read('09010000000000000000').varUint()).toThrow(code('too_large'));
    expect(read('09010000000000000000').varUintOrMax()).toBe(2n ** 64n - 1n);
  });

  it('are not written if they do not fit', () => {
    for (const value of [-1n, 2n ** 64n]) expect(() => new OerWriter().uint64(value)).toThrow(code('too_large'));
    for (const value of [-1, 256, 1.5, Number.NaN])
      expect(() => new OerWriter().uint8(value)).toThrow(code('too_large'));
  });
});

/** The examples of RFC 0030. */
describe('times', () => {
  it.each([
    ['20171224161432279', '2017-12-24T16:14:32.279Z'],
    ['20171224161432200', '2017-12-24T16:14:32.200Z'],
    ['20171225000000000', '2017-12-25T00:00:00.000Z'],
    ['99991224161432279', '9999-12-24T16:14:32.279Z'],
    ['20240229000000000', '2024-02-29T00:00:00.000Z'],
  ])('%s', (text, iso) => {
    expect(timestampOf(text)).toBe(Date.parse(iso));
    expect(timestampText(Date.parse(iso))).toBe(text);
  });

  it.each([
    '20171224235312.431+0200',
    '201712242153124318',
    '20171324161432200',
    '20171224230000000.',
    '20171224240000000',
    '20171224215300',
    '2017122421531',
    '20161231235960852',
    '20170229000000000',
    '2017122416143227x',
    '',
  ])('%s is none', (text) => {
    expect(() => timestampOf(text)).toThrow(PacketError);
  });

  it('of BTP have up to three decimals', () => {
    const at = Date.parse('2017-12-24T16:14:32.200Z');
    for (const text of ['20171224161432.2Z', '20171224161432.20Z', '20171224161432.200Z'])
      expect(generalizedTimeOf(text)).toBe(at);
    expect(generalizedTimeOf('20171224161432Z')).toBe(at - 200);
    expect(generalizedTimeText(at)).toBe('20171224161432.200Z');
    for (const text of [
      '20171224161432',
      '20171224161432.Z',
      '20171224161432.1234Z',
      '20171224161432,2Z',
      '20171324161432Z',
    ]) {
      expect(() => generalizedTimeOf(text)).toThrow(PacketError);
    }
  });

  it('are not written out of their bounds', () => {
    for (const time of [-1, Number.NaN, Number.POSITIVE_INFINITY, 8.64e15])
      expect(() => timestampText(time)).toThrow(PacketError);
  });
});

describe('addresses', () => {
  it('have a scheme and at least one segment', () => {
    for (const one of [
      'g.a',
      'private.moneyd.local.a-b_c~d',
      'test3.x',
      'peer.config',
      'self.a',
      'local.a',
      'example.a.b',
    ]) {
      expect(isAddress(one), one).toBe(true);
    }
    for (const one of [
      '',
      'g',
      'g.',
      'g..a',
      '.a',
      'g.a.',
      'test4.a',
      'x.a',
      'g.a b',
      'g.ä',
      'g.a\n',
      'G.a',
      `g.${'a'.repeat(1022)}`,
    ]) {
      expect(isAddress(one), one).toBe(false);
    }
    expect(isAddress(`g.${'a'.repeat(MAX_ADDRESS_LENGTH - 2)}`)).toBe(true);
  });

  it('stand below others by whole segments', () => {
    expect(isAtOrBelow('g.a.b', 'g.a')).toBe(true);
    expect(isAtOrBelow('g.a', 'g.a')).toBe(true);
    expect(isAtOrBelow('g.ab', 'g.a')).toBe(false);
    expect(segmentBelow('g.a.b.c', 'g.a')).toBe('b');
    expect(segmentBelow('g.a', 'g.a')).toBeUndefined();
    expect(segmentBelow('g.ab.c', 'g.a')).toBeUndefined();
    expect(['peer.config', 'self.x', 'g.a', 'private.a', 'local.a'].filter(isPayable)).toEqual([
      'g.a',
      'private.a',
      'local.a',
    ]);
  });

  it('are checked in packets', () => {
    const prepare = {
      amount: 1n,
      expiresAtMs: 0,
      condition: new Uint8Array(32),
      destination: 'g.a',
      data: new Uint8Array(),
    };
    expect(() => writePrepare({ ...prepare, destination: 'g.' })).toThrow(PacketError);
    const bytes = writePrepare(prepare);
    bytes[bytes.length - 2] = 0x20;
    expect(() => readPrepare(bytes)).toThrow('no ILP address');
  });
});

describe('packets', () => {
  const reject = { code: 'F00', triggeredBy: 'g.a', message: 'no', data: new Uint8Array() };

  it('have nothing behind their end', () => {
    expect(() => readReply(Buffer.concat([writeReject(reject), Buffer.alloc(1)]))).toThrow(code('malformed'));
  });

  it('are of one type', () => {
    expect(() => readPrepare(writeReject(reject))).toThrow(code('wrong_type'));
    expect(() => readReply(Buffer.from('0c00', 'hex'))).toThrow(code('wrong_type'));
    expect(() => readReply(Buffer.from('ff00', 'hex'))).toThrow(code('wrong_type'));
  });

  it('carry no more than the protocol allows', () => {
    expect(() => writeReject({ ...reject, data: new Uint8Array(32_768) })).toThrow(code('too_large'));
    expect(readReply(writeReject({ ...reject, data: new Uint8Array(32_767) })).data.length).toBe(32_767);
    expect(() => writeReject({ ...reject, message: 'a'.repeat(70_000) })).toThrow(code('too_large'));
    expect(() => readReply(new Uint8Array(70_000))).toThrow(code('too_large'));
    for (const wrong of ['F0', 'F000', '', 'F 0', 'Fé0'])
      expect(() => writeReject({ ...reject, code: wrong })).toThrow(PacketError);
  });

  it('have errors of three kinds', () => {
    expect(['F08', 'T04', 'R00', 'X99'].map(kindOfError)).toEqual(['final', 'temporary', 'relative', 'final']);
    expect(['F08', 'X99', 'toString'].map(describedError)).toEqual([
      'F08 Amount Too Large',
      'X99 unknown error',
      'toString unknown error',
    ]);
  });
});
