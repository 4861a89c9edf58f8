import { createHmac, timingSafeEqual } from 'node:crypto';
import type { PeopleContext } from '#auth/people/context.ts';
import { CHALLENGE_VALID_MS } from '#auth/people/limits.ts';
import { challengeRepository } from '#auth/store/challenges.ts';
import type { Transaction } from '#platform/database/store.ts';
import { sha256Hex } from '#platform/sha256.ts';

/** What a challenge is for; its answer is taken for nothing else. */
export type ChallengePurpose = 'sign in' | 'register' | 'proof' | 'approval';

const NONCE_BYTES = 16;
const TIME_BYTES = 6;
const SEAL_BYTES = 32;
const SECRET_BYTES = 32;

export type Challenges = ReturnType<typeof challenges>;

/**
 * Challenges for passkeys. They are signed rather than kept, so that strangers who ask for them fill no table; every
 * instance recognises them by a secret in the database, and those that were answered are kept until they are over.
 */
export function challenges({ store, clock, randomBytes }: PeopleContext) {
  let kept: Promise<string> | undefined;
  const load = async (): Promise<string> => {
    const known = await store.read((tx) => tx.use(challengeRepository).secret());
    if (known !== undefined) return known;
    const made = Buffer.from(randomBytes(SECRET_BYTES)).toString('base64url');
    return store.run((tx) => tx.use(challengeRepository).keepSecret(made));
  };
  const secret = (): Promise<string> => {
    kept ??= load().catch((error: unknown) => {
      kept = undefined;
      throw error;
    });
    return kept;
  };

  return {
    /** @param about who or what it is for, such as a session's id */
    async make(purpose: ChallengePurpose, about: string): Promise<string> {
      const head = Buffer.alloc(NONCE_BYTES + TIME_BYTES);
      head.set(randomBytes(NONCE_BYTES));
      head.writeUIntBE(clock.now().getTime() + CHALLENGE_VALID_MS, NONCE_BYTES, TIME_BYTES);
      return Buffer.concat([head, seal(await secret(), purpose, about, head)]).toString('base64url');
    },

    /** Whether it was made for that, and is not over. Whether it was answered before is up to `use`. */
    async isGood(purpose: ChallengePurpose, about: string, challenge: string): Promise<boolean> {
      const bytes = Buffer.from(challenge, 'base64url');
      if (bytes.length !== NONCE_BYTES + TIME_BYTES + SEAL_BYTES) return false;
      const head = bytes.subarray(0, NONCE_BYTES + TIME_BYTES);
      const isOurs = timingSafeEqual(seal(await secret(), purpose, about, head), bytes.subarray(head.length));
      return isOurs && clock.now().getTime() < head.readUIntBE(NONCE_BYTES, TIME_BYTES);
    },

    /** Uses up a challenge in the unit of work that its answer is for. Returns false if it was used before. */
    use: (tx: Transaction, challenge: string, now: Date): Promise<boolean> =>
      tx.use(challengeRepository).use(sha256Hex(challenge), new Date(now.getTime() + CHALLENGE_VALID_MS)),

    async forgetOver(): Promise<number> {
      const now = clock.now();
      return store.run((tx) => tx.use(challengeRepository).forget(now));
    },
  };
}

function seal(secret: string, purpose: ChallengePurpose, about: string, head: Buffer): Buffer {
  return createHmac('sha256', secret).update(`${purpose}\n${about}\n`).update(head).digest();
}
