import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { authenticationFrame, ilpFrame, ilpPacketIn, readFrame, writeFrame } from '#interledger/btp/frame.ts';
import { configurationRequest, readConfiguration } from '#interledger/ildcp.ts';
import { readAmountTooLarge, writeAmountTooLarge } from '#interledger/ilp/amount-too-large.ts';
import { readPrepare, readReply, writeFulfill, writePrepare, writeReject } from '#interledger/ilp/packet.ts';
import { openSealed, sealedCredentials } from '#interledger/stream/credentials.ts';
import { connectionKeys, decrypt, fulfillmentOf, fulfills, sha256 } from '#interledger/stream/crypto.ts';
import type { Frame } from '#interledger/stream/frames.ts';
import { openStreamPacket, readStreamPacket, sealStreamPacket, writeStreamPacket } from '#interledger/stream/packet.ts';

/** Bytes that the published packages made and read, and credentials that were recorded on the wire. */

const load = (name: string) =>
  JSON.parse(readFileSync(new URL(`../vectors/interledger/${name}`, import.meta.url), 'utf8'));
const wire = load('wire-vectors.json');
const recorded = load('test-vectors.json');
const bytes = (hex: string) => Buffer.from(hex, 'hex');
const hexOf = (data: Uint8Array) => Buffer.from(data).toString('hex');

const secret = bytes(wire.keys.shared_secret_hex);
const keys = connectionKeys(secret);

describe('the published STREAM package', () => {
  it('makes the same keys', () => {
    expect(hexOf(keys.encryption)).toBe(wire.keys.encryption_key_hex);
    expect(hexOf(keys.fulfillment)).toBe(wire.keys.fulfillment_key_hex);
  });

  const streamId = 1n;
  const FRAMES: Record<string, Frame> = {
    ConnectionClose: { type: 'connectionClose', code: 1, message: '' },
    ConnectionNewAddress: { type: 'connectionNewAddress', address: 'private.moneyd.local.abc' },
    'ConnectionMaxData 65534': { type: 'connectionMaxData', maxOffset: 65534n },
    'ConnectionMaxStreamId 20': { type: 'connectionMaxStreamId', maxStreamId: 20n },
    'ConnectionAssetDetails XRP 9': { type: 'connectionAssetDetails', assetCode: 'XRP', assetScale: 9 },
    'StreamClose 1 NoError': { type: 'streamClose', streamId, code: 1, message: '' },
    'StreamMoney 1 shares 60000': { type: 'streamMoney', streamId, shares: 60000n },
    'StreamMaxMoney 1 max 60000 received 0': {
      type: 'streamMaxMoney',
      streamId,
      receiveMax: 60000n,
      totalReceived: 0n,
    },
    'StreamMaxMoney 1 max 2^64-1': { type: 'streamMaxMoney', streamId, receiveMax: 2n ** 64n - 1n, totalReceived: 5n },
    'StreamMoneyBlocked 1 max 100000 sent 60000': {
      type: 'streamMoneyBlocked',
      streamId,
      sendMax: 100000n,
      totalSent: 60000n,
    },
    'StreamMaxData 1 16384': { type: 'streamMaxData', streamId, maxOffset: 16384n },
  };

  it.each(wire.stream_plain as { name: string; hex: string }[])('writes $name', ({ name, hex }) => {
    const frame = FRAMES[name.replace(/^.*frame: /, '')];
    expect(frame, name).toBeDefined();
    const packet = { carrier: 12, sequence: 6n, amount: 60000n, frames: [frame as Frame] } as const;
    expect(readStreamPacket(bytes(hex))).toEqual(packet);
    expect(hexOf(writeStreamPacket(packet))).toBe(hex);
  });

  it('encrypts, and fulfills what it encrypted', () => {
    const data = bytes(wire.encrypted.data_hex);
    expect(hexOf(decrypt(keys.encryption, data))).toBe(wire.encrypted.plain_hex);
    expect(openStreamPacket(keys.encryption, data, 12).frames.map(({ type }) => type)).toEqual([
      'streamMoney',
      'streamMaxMoney',
    ]);
    expect(hexOf(fulfillmentOf(keys, data))).toBe(wire.encrypted.fulfillment_hex);
    expect(hexOf(sha256(fulfillmentOf(keys, data)))).toBe(wire.encrypted.condition_hex);
    expect(fulfills(bytes(wire.encrypted.fulfillment_hex), bytes(wire.encrypted.condition_hex))).toBe(true);
    expect(fulfills(bytes(wire.encrypted.condition_hex), bytes(wire.encrypted.condition_hex))).toBe(false);
  });

  it('gets the same bytes for the same IV', () => {
    const packet = readStreamPacket(bytes(wire.encrypted.plain_hex));
    const iv = bytes(wire.encrypted.data_hex).subarray(0, 12);
    expect(hexOf(sealStreamPacket(keys.encryption, packet, () => iv))).toBe(wire.encrypted.data_hex);
  });
});

describe('the published packet package', () => {
  it('writes a Prepare', () => {
    const prepare = readPrepare(bytes(wire.ilp.prepare_hex));
    expect(prepare).toMatchObject({ amount: 60000n, destination: 'private.moneyd.local.abc' });
    expect(new Date(prepare.expiresAtMs).toISOString()).toBe('2026-11-30T04:16:53.652Z');
    expect(hexOf(prepare.condition)).toBe(wire.encrypted.condition_hex);
    expect(hexOf(prepare.data)).toBe(wire.encrypted.data_hex);
    expect(hexOf(writePrepare(prepare))).toBe(wire.ilp.prepare_hex);
  });

  it('writes a Fulfill and Rejects', () => {
    const fulfill = readReply(bytes(wire.ilp.fulfill_hex));
    if (fulfill.type !== 'fulfill') throw new Error('It is no Fulfill.');
    expect(hexOf(fulfill.fulfillment)).toBe(wire.encrypted.fulfillment_hex);
    expect(hexOf(writeFulfill(fulfill))).toBe(wire.ilp.fulfill_hex);
    for (const [hex, code] of [
      [wire.ilp.reject_F99_hex, 'F99'],
      [wire.ilp.reject_F08_hex, 'F08'],
    ]) {
      const reject = readReply(bytes(hex));
      if (reject.type !== 'reject') throw new Error('It is no Reject.');
      expect(reject.code).toBe(code);
      expect(hexOf(writeReject(reject))).toBe(hex);
    }
  });

  it('says with F08 what is too large', () => {
    const reject = readReply(bytes(wire.ilp.reject_F08_hex));
    expect(readAmountTooLarge(reject.data)).toEqual({ received: 60000n, maximum: 1000n });
    expect(hexOf(writeAmountTooLarge({ received: 60000n, maximum: 1000n }))).toBe(hexOf(reject.data));
  });
});

describe('the published ILDCP and BTP packages', () => {
  it('ask for a configuration and get one', () => {
    const { expiresAtMs } = readPrepare(bytes(wire.ildcp.request_hex));
    expect(hexOf(configurationRequest(expiresAtMs))).toBe(wire.ildcp.request_hex);
    expect(readConfiguration(bytes(wire.ildcp.response_hex))).toEqual({
      address: 'private.moneyd.payer',
      assetCode: 'XRP',
      assetScale: 9,
    });
    expect(() => readConfiguration(bytes(wire.ilp.reject_F99_hex))).toThrow('F99');
    expect(() => readConfiguration(bytes(wire.ilp.fulfill_hex))).toThrow('not all zero');
  });

  it('write the same frames', () => {
    expect(hexOf(authenticationFrame(1, '', 'secret'))).toBe(wire.btp.auth_hex);
    const message = readFrame(bytes(wire.btp.message_ilp_hex));
    expect(hexOf(ilpPacketIn(message) ?? bytes(''))).toBe('0c00');
    expect(hexOf(ilpFrame('message', message.requestId, bytes('0c00')))).toBe(wire.btp.message_ilp_hex);
    expect(readFrame(bytes(wire.btp.response_empty_hex))).toEqual({ type: 'response', requestId: 1, entries: [] });
    expect(hexOf(writeFrame({ type: 'response', requestId: 1, entries: [] }))).toBe(wire.btp.response_empty_hex);
  });
});

describe('credentials that were recorded on the wire', () => {
  const { streamSecretBase64, serverAddress, ilpAddress, sharedSecret, plaintextHex } = recorded.streamCredentials;
  const serverSecret = Buffer.from(streamSecretBase64, 'base64');
  const content = { tag: 'f66385dc-0ec9-4a5e-bc5d-322d8eb4d61c', asset: { code: 'USD', scale: 2 } };

  it('are opened by the server that made them', () => {
    const opened = openSealed(serverSecret, serverAddress, ilpAddress);
    if (opened === undefined) throw new Error('They are not opened.');
    expect(Buffer.from(opened.sharedSecret).toString('base64url')).toBe(sharedSecret);
    const tag = Buffer.from(plaintextHex, 'hex').subarray(2, 38).toString('latin1');
    expect(opened.content).toEqual({ ...content, tag });
  });

  it('are made again with the same IV', () => {
    const opened = openSealed(serverSecret, serverAddress, ilpAddress);
    const iv = Buffer.from(ilpAddress.slice(serverAddress.length + 1), 'base64url').subarray(0, 12);
    const made = sealedCredentials(serverSecret, serverAddress, () => iv, opened?.content);
    expect(made.destination).toBe(ilpAddress);
    expect(Buffer.from(made.sharedSecret).toString('base64url')).toBe(sharedSecret);
  });

  it('have one spelling', () => {
    const last = ilpAddress.at(-1) as string;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const others = [...alphabet].filter((letter) => letter !== last).map((letter) => ilpAddress.slice(0, -1) + letter);
    expect(others.filter((one) => openSealed(serverSecret, serverAddress, one) !== undefined)).toEqual([]);
  });
});
