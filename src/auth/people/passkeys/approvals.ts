import { createHash } from 'node:crypto';
import type { PeopleContext } from '#auth/people/context.ts';
import { CHALLENGE_VALID_MS } from '#auth/people/limits.ts';
import { passkeyRepository } from '#auth/store/passkeys.ts';
import { sha256Hex } from '#platform/sha256.ts';
import type { Challenges } from './challenges.ts';
import type { Passkeys } from './passkeys.ts';
import type { RelyingParty } from './relying-party.ts';
import { refused, requestOptions } from './webauthn.ts';

/** What a person is asked to sign with their passkey. */
export interface ApprovalRequest {
  /** The text that is approved, with who approves it and until when. The form sends it back as it is. */
  statement: string;
  /** The options of `navigator.credentials.get` as JSON: the challenge is the SHA-256 of the statement. */
  options: ReturnType<typeof requestOptions>;
}

/** Shows for ever that a person approved a text: its SHA-256 is the challenge in `client_data`, which the passkey signed. */
export interface ApprovalEvidence {
  statement: string;
  principal: string;
  passkey_id: bigint;
  /** All in base64url; the key is in COSE form. */
  credential_id: string;
  public_key: string;
  client_data: string;
  authenticator_data: string;
  signature: string;
  approved_at: string;
}

/** Approvals by passkey: a signature of a person under exactly what they were shown. */
export function approvals(
  { store, clock }: PeopleContext,
  {
    party,
    challenges,
    passkeys,
  }: { party: RelyingParty; challenges: Challenges; passkeys: Pick<Passkeys, 'check' | 'take'> },
) {
  return {
    /**
     * Asks a person to approve a text.
     * @param text the canonical text of what is approved, such as a refund's id, amount and address, one to a line. Make it
     *   from what is stored, both here and for `verify`: then nothing else can be approved than what will be done.
     */
    async challengeFor(principal: string, text: string): Promise<ApprovalRequest> {
      const until = new Date(clock.now().getTime() + CHALLENGE_VALID_MS);
      const seal = await challenges.make('approval', aboutOf(principal, text));
      const statement = statementOf(text, principal, until.toISOString(), seal);
      const existing = await store.read((tx) => tx.use(passkeyRepository).of(principal));
      return { statement, options: requestOptions(party, challengeOf(statement), existing) };
    },

    /**
     * Checks that a person approved a text, and uses the answer up.
     * @param given the statement and the answer of the passkey, as the form sent them
     * @returns what to keep with the change
     * @throws {DomainError} `passkey_refused`
     */
    async verify(
      principal: string,
      text: string,
      given: { statement: string; response: string },
    ): Promise<ApprovalEvidence> {
      // Forms end each line with two characters.
      const statement = given.statement.replaceAll('\r\n', '\n');
      const [, until = '', seal = ''] = /\nuntil: (\S{1,30})\nseal: ([\w-]{1,100})$/.exec(statement) ?? [];
      const isOurs = statement === statementOf(text, principal, until, seal);
      if (!isOurs || !(await challenges.isGood('approval', aboutOf(principal, text), seal))) {
        throw refused('what it approves has changed meanwhile, or it took too long. Load the page again');
      }
      const checked = await passkeys.check(given.response, async (challenge) => challenge === challengeOf(statement));
      if (checked.passkey.principal !== principal) throw refused('it is another person’s');
      const now = clock.now();
      await store.run(async (tx) => {
        if (!(await challenges.use(tx, seal, now))) throw refused('its answer was used before');
        await passkeys.take(tx, checked, now);
      });
      const { passkey, given: answer } = checked;
      return {
        statement,
        principal,
        passkey_id: passkey.id,
        credential_id: passkey.credentialId,
        public_key: passkey.publicKey,
        client_data: answer.response.clientDataJSON,
        authenticator_data: answer.response.authenticatorData,
        signature: answer.response.signature,
        approved_at: now.toISOString(),
      };
    },
  };
}

function statementOf(text: string, principal: string, until: string, seal: string): string {
  return `${text}\nby: ${principal}\nuntil: ${until}\nseal: ${seal}`;
}

function aboutOf(principal: string, text: string): string {
  return sha256Hex(`${principal}\n${text}`);
}

function challengeOf(statement: string): string {
  return createHash('sha256').update(statement).digest('base64url');
}
