import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import * as z from 'zod';
import { DomainError } from '#auth/errors.ts';
import type { Passkey } from '#auth/store/passkeys.ts';
import type { RelyingParty } from './relying-party.ts';

/**
 * The checks of WebAuthn, without a database. The library is imported when the first answer of a passkey is checked: it
 * takes half a second, and a server whose people do not sign in needs none of it.
 */

/** ES256, Ed25519 and RS256: what today's phones, computers and security keys make. */
const ALGORITHMS = [-7, -8, -257] as const;
const TIMEOUT_MS = 120_000;
/** An answer of a security key with a certificate has some kilobytes. */
const MAX_RESPONSE_LENGTH = 32 * 1024;
const MAX_FIELD_LENGTH = 16 * 1024;

const base64url = z
  .string()
  .max(MAX_FIELD_LENGTH)
  .regex(/^[\w-]+$/);
const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const;

/** What is kept of the answers' many fields. */
const answer = z.object({ id: base64url, rawId: base64url, type: z.literal('public-key') });
const assertion = answer.extend({
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.nullish(),
  }),
});
const attestation = answer.extend({
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z.array(z.enum(TRANSPORTS)).max(TRANSPORTS.length).catch([]),
  }),
});

export type Assertion = z.output<typeof assertion>;
export type Attestation = z.output<typeof attestation>;

/** @param text the JSON that the browser made. @throws {DomainError} `passkey_refused` */
export const readAssertion = (text: string): Assertion => read(assertion, text);
/** @throws {DomainError} `passkey_refused` */
export const readAttestation = (text: string): Attestation => read(attestation, text);

function read<Answer>(schema: z.ZodType<Answer>, text: string): Answer {
  try {
    if (text.length <= MAX_RESPONSE_LENGTH) return schema.parse(JSON.parse(text));
  } catch {
    // Below: what is wrong with it is of no use to a person.
  }
  throw refused('the browser sent nothing that can be read');
}

export function refused(why: string): DomainError {
  return new DomainError('passkey_refused', why);
}

/** The challenge that an answer says it answers. It is not checked yet. */
export function challengeIn({ response }: Assertion | Attestation): string {
  return clientData(response.clientDataJSON).challenge;
}

const clientDataSchema = z.object({ type: z.string(), challenge: z.string(), origin: z.string() });

function clientData(encoded: string): z.output<typeof clientDataSchema> {
  try {
    return clientDataSchema.parse(JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8')));
  } catch {
    throw refused('the browser sent nothing that can be read');
  }
}

/** What a page needs to ask for a passkey: the options of `navigator.credentials.get` as JSON. */
export function requestOptions({ id: rpId }: RelyingParty, challenge: string, allowed: readonly Passkey[] = []) {
  const allowCredentials = allowed.map(describedCredential);
  return { challenge, rpId, timeout: TIMEOUT_MS, userVerification: 'required', allowCredentials } as const;
}

/** What a page needs to make a passkey: the options of `navigator.credentials.create` as JSON. */
export function creationOptions(
  { id }: RelyingParty,
  challenge: string,
  who: { shopName: string; name: string; userHandle: string; existing: readonly Passkey[] },
) {
  return {
    challenge,
    rp: { id, name: who.shopName },
    user: { id: who.userHandle, name: who.name, displayName: who.name },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ alg, type: 'public-key' as const })),
    timeout: TIMEOUT_MS,
    attestation: 'none',
    excludeCredentials: who.existing.map(describedCredential),
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
  } as const;
}

function describedCredential({ credentialId: id, transports }: Passkey) {
  return { id, type: 'public-key' as const, transports };
}

/**
 * Checks that a passkey signed this challenge for this server, after its holder was verified.
 * @returns the device's new counter
 * @throws {DomainError} `passkey_refused`
 */
export async function checkAssertion(
  given: Assertion,
  passkey: Passkey,
  { party, challenge }: { party: RelyingParty; challenge: string },
): Promise<number> {
  const { origin } = clientData(given.response.clientDataJSON);
  if (!party.isOwnOrigin(origin)) throw refused('it was used on a page of another site');
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
  const checked = await checking(() =>
    verifyAuthenticationResponse({
      response: { ...given, clientExtensionResults: {} } as AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: party.id,
      credential: {
        id: passkey.credentialId,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
        counter: passkey.counter,
        transports: [...passkey.transports] as AuthenticatorTransport[],
      },
      requireUserVerification: true,
    }),
  );
  if (!checked.verified || !checked.authenticationInfo.userVerified) throw refused('its signature is not good');
  return checked.authenticationInfo.newCounter;
}

/** A passkey that was just made, without whose it is. */
export interface MadePasskey {
  credentialId: string;
  publicKey: string;
  counter: number;
  transports: readonly string[];
  isBackedUp: boolean;
}

/** Checks the answer to `creationOptions`. @throws {DomainError} `passkey_refused` */
export async function checkAttestation(
  given: Attestation,
  { party, challenge }: { party: RelyingParty; challenge: string },
): Promise<MadePasskey> {
  const { origin } = clientData(given.response.clientDataJSON);
  if (!party.isOwnOrigin(origin)) throw refused('it was made on a page of another site');
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
  const checked = await checking(() =>
    verifyRegistrationResponse({
      response: { ...given, clientExtensionResults: {} } as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...ALGORITHMS],
    }),
  );
  if (!checked.verified || !checked.registrationInfo.userVerified) throw refused('it could not be checked');
  const { credential, credentialBackedUp } = checked.registrationInfo;
  return {
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: given.response.transports,
    isBackedUp: credentialBackedUp,
  };
}

/** The library throws its own errors for everything that is wrong; they are of use to developers only. */
async function checking<Result>(check: () => Promise<Result>): Promise<Result> {
  try {
    return await check();
  } catch (error) {
    const said = error instanceof Error ? error.message : '';
    if (/user (?:could not be )?verif/i.test(said)) throw refused('the device did not check who holds it');
    if (/counter/i.test(said)) throw refused('its counter went backwards, so it may have been copied');
    throw refused('its signature is not good');
  }
}
