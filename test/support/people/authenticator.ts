import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A device with passkeys, which answers as real ones do and, if a test wants it, as no honest one would. */

export interface Faults {
  origin?: string;
  rpId?: string;
  /** Whether the device says that it verified its holder. */
  isVerified?: boolean;
  counter?: number;
  challenge?: string;
  userHandle?: string;
  type?: string;
}

interface Options {
  challenge: string;
}
interface CreationOptions extends Options {
  rp: { id: string };
  user: { id: string };
}
interface RequestOptions extends Options {
  rpId: string;
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();
const base64url = (data: Buffer | string) => Buffer.from(data).toString('base64url');

export class Authenticator {
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #id = randomBytes(32);
  readonly #origin: string;
  #userHandle = '';
  counter = 0;

  /** @param origin of the pages in the browser */
  constructor(origin: string) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#privateKey = privateKey;
    this.#publicKey = publicKey;
    this.#origin = origin;
  }

  get credentialId(): string {
    return base64url(this.#id);
  }

  /** Answers `navigator.credentials.create`, as JSON. */
  create(options: CreationOptions, faults: Faults = {}): string {
    this.#userHandle = options.user.id;
    const { x = '', y = '' } = this.#publicKey.export({ format: 'jwk' });
    const key = Buffer.concat([
      Buffer.from('a5010203262001215820', 'hex'),
      Buffer.from(x, 'base64url'),
      Buffer.from('225820', 'hex'),
      Buffer.from(y, 'base64url'),
    ]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.#id.length);
    const ATTESTED = 0x40;
    const data = Buffer.concat([this.#head(options.rp.id, ATTESTED, faults), Buffer.alloc(16), length, this.#id, key]);
    const size = Buffer.alloc(2);
    size.writeUInt16BE(data.length);
    const attestationObject = Buffer.concat([
      Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746159', 'hex'),
      size,
      data,
    ]);
    return this.#answer({
      clientDataJSON: this.#clientData('webauthn.create', options, faults),
      attestationObject: base64url(attestationObject),
      transports: ['internal'],
    });
  }

  /** Answers `navigator.credentials.get`, as JSON. */
  get(options: RequestOptions, faults: Faults = {}): string {
    this.counter += 1;
    const data = this.#head(options.rpId, 0, faults);
    const clientDataJSON = this.#clientData('webauthn.get', options, faults);
    const signed = Buffer.concat([data, sha256(Buffer.from(clientDataJSON, 'base64url'))]);
    return this.#answer({
      clientDataJSON,
      authenticatorData: base64url(data),
      signature: base64url(sign('sha256', signed, this.#privateKey)),
      userHandle: faults.userHandle ?? this.#userHandle,
    });
  }

  #head(rpId: string, flags: number, faults: Faults): Buffer {
    const [PRESENT, VERIFIED] = [0x01, 0x04];
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(faults.counter ?? this.counter);
    const byte = flags | PRESENT | (faults.isVerified === false ? 0 : VERIFIED);
    return Buffer.concat([sha256(faults.rpId ?? rpId), Buffer.from([byte]), counter]);
  }

  #clientData(type: string, { challenge }: Options, faults: Faults): string {
    const data = {
      type: faults.type ?? type,
      challenge: faults.challenge ?? challenge,
      origin: faults.origin ?? this.#origin,
      crossOrigin: false,
    };
    return base64url(JSON.stringify(data));
  }

  #answer(response: object): string {
    const id = this.credentialId;
    const type = 'public-key';
    return JSON.stringify({ id, rawId: id, type, response, clientExtensionResults: {} });
  }
}
