import { hexToBytes } from '@noble/hashes/utils.js';
import { base64urlnopad } from '@scure/base';
import { describe, expect, it } from 'vitest';
import {
  AddressError,
  accountAddress,
  accountOf,
  addressFromBytes,
  addressToBase58,
  addressToEmoji,
  addressToHex,
  NETWORKS,
  networkOfAccount,
  parseAddress,
  parseAddressObject,
  singleAddress,
  type TariAddress,
} from '#tari/address.ts';
import { claimInMemo, claimText, parseClaim, verifyClaim } from '#tari/claim.ts';
import { bytesOfWalletForm, signMessage, verifyMessageSignature } from '#tari/message-signature.ts';
import { parseTari } from '#tari/micro-tari.ts';
import { isPublicKey } from '#tari/ristretto.ts';
import { signToken, verifyAccessToken, verifyLoginToken } from '#tari/ristretto-jwt.ts';
import { publicKeyOf, signSchnorr } from '#tari/schnorr.ts';
import { readSender, senderOfBytes } from '#tari/sender.ts';
import { seededRandom } from '#test/tari/arbitraries.ts';
import { walletVectors } from '#test/tari/wallet-vectors.ts';
import senders from '../vectors/senders.json' with { type: 'json' };

const { addresses, amounts, messages, verdicts } = walletVectors;
const random = seededRandom('wallet vectors');
const hexOf = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('hex'));
const utf8 = (text: string) => new TextEncoder().encode(text);

describe('addresses that Tari’s own code made', () => {
  it('are there in all forms, 72 of them', () => {
    expect(addresses).toHaveLength(72);
  });

  it.each(addresses.map((vector) => [vector.base58, vector] as const))(
    'are read in every form: %s',
    (_name, vector) => {
      const forms = [vector.base58, vector.hex, vector.emoji];
      const read = [...forms.map(parseAddress), ...forms.map(parseAddressObject), parseAddressObject(vector.json)];
      for (const address of read) {
        expect(address).toEqual(parseAddress(vector.hex));
        expect([addressToBase58(address), addressToHex(address), addressToEmoji(address)]).toEqual(forms);
        expect(NETWORKS[address.network]).toBe(vector.network);
        expect(address.features).toBe(vector.features);
        expect(hexOf(address.spendKey)).toBe(vector.spend);
        expect(hexOf(address.viewKey)).toBe(vector.view);
        expect(hexOf(address.paymentId) ?? '').toBe(vector.payment_id);
        expect(networkOfAccount(accountOf(address))).toBe(address.network);
      }
    },
  );
});

describe('damaged addresses, with the verdict of Tari’s own code', () => {
  const keysOf = (bytes: Uint8Array) =>
    bytes.length === 35 ? [bytes.subarray(2, 34)] : [bytes.subarray(2, 34), bytes.subarray(34, 66)];

  it('are taken exactly where it takes them and their keys are points', () => {
    expect(verdicts).toHaveLength(900);
    for (const { hex, valid } of verdicts) {
      const bytes = hexToBytes(hex);
      const expected = valid && keysOf(bytes).every(isPublicKey);
      expect([hex, isAddress(() => addressFromBytes(bytes))]).toEqual([hex, expected]);
      if (hex !== '') expect([hex, isAddress(() => parseAddress(hex))]).toEqual([hex, expected]);
    }
  });

  it('are read as senders without ever failing', () => {
    for (const { hex, valid } of verdicts) {
      const bytes = hexToBytes(hex);
      const isAccount = valid && keysOf(bytes).every(isPublicKey);
      for (const sender of [senderOfBytes(bytes), readSender(hex)]) {
        expect([hex, sender.address !== undefined]).toEqual([hex, isAccount]);
      }
      // What Tari's own code takes has a base58 text, whatever its keys are.
      if (valid) expect(readSender(senderOfBytes(bytes).text).address).toEqual(senderOfBytes(bytes).address);
    }
  });

  function isAddress(read: () => TariAddress): boolean {
    try {
      read();
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(AddressError);
      return false;
    }
  }
});

describe('an address with the payment-id bit and no payment id', () => {
  const key = hexToBytes(addresses[0]?.spend ?? '');

  it('is an address, of the account that it would be without the bit', () => {
    const [dual] = addresses.filter(({ view, payment_id: id }) => view !== null && id === '');
    const { public_view_key: view, public_spend_key: spend } = {
      public_view_key: dual?.view,
      public_spend_key: dual?.spend,
    };
    for (const features of [4, 5, 6, 7]) {
      const object = { Dual: { network: 'esmeralda', features, public_view_key: view, public_spend_key: spend } };
      const address = parseAddressObject(object);
      expect(address).toMatchObject({ kind: 'dual', features, paymentId: null });
      expect(parseAddress(addressToBase58(address))).toEqual(address);
      expect(accountAddress(address).features).toBe(features & 3);
      expect(accountOf(accountAddress(address))).toBe(accountOf(address));
    }
  });

  it('is never a single one', () => {
    for (const features of [4, 5, 6, 7]) {
      expect(() => singleAddress('esmeralda', key, features)).toThrow('features');
    }
  });
});

describe('senders', () => {
  const dammSum = (bytes: Uint8Array) =>
    bytes.reduce((sum, byte) => {
      const mixed = sum ^ byte;
      return ((mixed << 1) & 0xff) ^ (mixed & 0x80 ? 0x1b : 0);
    }, 0);
  const sealed = (hex: string) => Uint8Array.of(...hexToBytes(hex), dammSum(hexToBytes(hex)));

  it.each(senders['hex without checksum'])('of all-zero keys are nobody: %s', (hex) => {
    const bytes = sealed(hex);
    for (const sender of [
      senderOfBytes(bytes),
      readSender(hexOf(bytes) ?? ''),
      readSender(senderOfBytes(bytes).text),
    ]) {
      expect(sender.address).toBeUndefined();
    }
    expect(() => addressFromBytes(bytes)).toThrow(AddressError);
  });

  it.each(['', ' ', 'null', 'unknown', '\0', '🐢'.repeat(33), 'z'.repeat(100_000), '00'.repeat(35)])(
    'that are no address are nobody: %j',
    (text) => {
      expect(readSender(text)).toEqual({ text: text.trim(), address: undefined });
    },
  );

  it('that are addresses are these, in any form', () => {
    for (const { base58, hex, emoji } of addresses) {
      for (const text of [base58, hex, emoji, ` ${base58}\n`]) {
        expect(readSender(text)).toEqual({ text: text.trim(), address: parseAddress(hex) });
      }
      expect(senderOfBytes(hexToBytes(hex))).toEqual({ text: base58, address: parseAddress(hex) });
    }
  });
});

describe('messages that Tari’s own code signed', () => {
  it('are twelve', () => {
    expect(messages).toHaveLength(12);
  });

  it.each(messages.map((vector) => [vector.message, vector] as const))('verify: %j', (message, vector) => {
    const walletForm = `${vector.signature}|${vector.public_nonce}`;
    const signature = bytesOfWalletForm(walletForm) ?? new Uint8Array();
    const key = hexToBytes(vector.public);
    expect(hexOf(signature)).toBe(vector.public_nonce + vector.signature);
    expect(hexOf(publicKeyOf(hexToBytes(vector.secret)))).toBe(vector.public);
    expect(verifyMessageSignature(utf8(message), key, signature)).toBe(true);
    expect(verifyMessageSignature(utf8(`${message} `), key, signature)).toBe(false);
    const ours = bytesOfWalletForm(signMessage(utf8(message), hexToBytes(vector.secret), random)) ?? new Uint8Array();
    expect(verifyMessageSignature(utf8(message), key, ours)).toBe(true);
    const swapped = bytesOfWalletForm(`${vector.public_nonce}|${vector.signature}`) ?? new Uint8Array();
    expect(verifyMessageSignature(utf8(message), key, swapped)).toBe(false);
  });

  it.each(
    messages
      .filter(({ message, address }) => message.startsWith(`${address}:`))
      .map((vector) => [vector.message, vector] as const),
  )('claim the order that they name: %s', (message, { address, signature, public_nonce: nonce }) => {
    const orderId = message.slice(address.length + 1);
    expect(claimText(parseAddress(address), orderId)).toBe(message);
    const texts = [`${signature}|${nonce}`, `${signature}|${nonce}`.toUpperCase(), `${nonce}${signature}`];
    for (const text of texts) {
      const claim = parseClaim({ address, order_id: orderId, signature: text });
      expect(verifyClaim(claim)).toMatchObject({ valid: true });
      expect(verifyClaim({ ...claim, order_id: `${orderId}1` })).toMatchObject({ valid: false });
      expect(claimInMemo(JSON.stringify({ claim }))).toEqual(claim);
    }
    for (const text of [`${nonce}|${signature}`, `${signature}${nonce}`]) {
      expect(verifyClaim(parseClaim({ address, order_id: orderId, signature: text }))).toMatchObject({ valid: false });
    }
  });

  it.each([
    '|',
    'ab|cd',
    `${'0'.repeat(128)}|`,
    `${'0'.repeat(63)}|${'0'.repeat(65)}`,
    `${'0'.repeat(64)}||${'0'.repeat(64)}`,
  ])('have one form: a claim with the signature %s is none', (signature) => {
    expect(bytesOfWalletForm(signature)).toBeUndefined();
    expect(() => parseClaim({ address: addresses[0]?.base58, order_id: '1', signature })).toThrow('Invalid signature');
  });
});

describe('a login token that a wallet signed as a message', () => {
  const [vector] = messages;
  const secretKey = hexToBytes(vector?.secret ?? '');
  const claims = { address: vector?.address, nonce: 7n, desired_roles: ['user'] };
  const [header, body, ownSignature] = signToken(claims, secretKey, random).split('.');
  const signingInput = `${header}.${body}`;
  const walletForm = signMessage(utf8(signingInput), secretKey, random);
  const bytes = bytesOfWalletForm(walletForm) ?? new Uint8Array();

  it.each([
    ['the wallet’s text', walletForm],
    ['the wallet’s text in base64url', base64urlnopad.encode(utf8(walletForm))],
    ['the bytes R s in base64url', base64urlnopad.encode(bytes)],
    ['a signature as a token’s', ownSignature],
  ])('is accepted with %s', (_name, part) => {
    expect(verifyLoginToken(`${signingInput}.${part}`)).toMatchObject({ nonce: 7n, desiredRoles: ['user'] });
  });

  it('is refused when it is for other claims, by another key, or under another domain', () => {
    const other = hexToBytes(messages[1]?.secret ?? '');
    const foreign = signSchnorr('MemoSignature', utf8(signingInput), secretKey, random(64));
    for (const part of [
      signMessage(utf8(`${signingInput}x`), secretKey, random),
      signMessage(utf8(signingInput), other, random),
      base64urlnopad.encode(foreign),
    ]) {
      expect(() => verifyLoginToken(`${signingInput}.${part}`)).toThrow("The token's signature does not fit.");
    }
  });

  it('is malformed with anything else of that length', () => {
    for (const part of [base64urlnopad.encode(new Uint8Array(129)), base64urlnopad.encode(new Uint8Array(65)), 'a|b']) {
      expect(() => verifyLoginToken(`${signingInput}.${part}`)).toThrow(/signature does not have 64 bytes|base64url/);
    }
  });

  it('is a login only: the server’s own tokens are not taken in this form', () => {
    const access = { address: vector?.address, roles: ['user'], iat: 0n, exp: 4_000_000_000n };
    const [head, payload] = signToken(access, secretKey, random).split('.');
    const message = utf8(`${head}.${payload}`);
    const token = `${head}.${payload}.${base64urlnopad.encode(bytesOfWalletForm(signMessage(message, secretKey, random)) ?? bytes)}`;
    expect(() => verifyAccessToken(token, publicKeyOf(secretKey), new Date(0))).toThrow('does not fit');
  });
});

describe('amounts as the wallet displays them', () => {
  it.each(amounts)('%s µT', (microTari, displayed) => {
    expect(parseTari(displayed)).toBe(BigInt(microTari));
  });
});
