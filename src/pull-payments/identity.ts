import type { PullContext } from './context.ts';
import type { PullPaymentsService } from './service-type.ts';
import { identityRepository } from './store/identity.ts';

const SEED_BYTES = 32;

/** As long as the seed: it alone says whose account with the parent this is. */
const BTP_TOKEN_BYTES = 32;

export function identity({ store, clock, randomBytes }: PullContext): Pick<PullPaymentsService, 'identity'> {
  return {
    identity() {
      const now = clock.now();
      const seed = Uint8Array.from(randomBytes(SEED_BYTES));
      const btpToken = Buffer.from(randomBytes(BTP_TOKEN_BYTES)).toString('base64url');
      return store.run(async (tx) => {
        const known = await tx.use(identityRepository).find();
        if (known !== undefined) return known;
        await tx.use(identityRepository).insert({ seed, btpToken }, now);
        return { seed, btpToken };
      });
    },
  };
}
