import * as z from 'zod';
import { ServerRefusal } from '#platform/cli/server-call.ts';
import { postSigned, type Teller } from '#rails/tari-wallet/cli/signed-post.ts';
import { type PayoutAction, payoutPayload } from '#tari/wallet-signature.ts';
import type { GivenPayout, RecordedPayout } from './payout-record.ts';

/** What the server is asked and told of payouts, each signed by the wallet. */
export interface PayoutServer {
  /** Approved payouts, which it gives to no other wallet for a while. @throws {ServerRefusal | ServerUnreachable}, as each of them */
  lease(max: number, seconds?: number): Promise<LeasedPayout[]>;
  /** Gives back what was not begun. */
  release(payout: Pick<RecordedPayout, 'id' | 'lease'> & { reason: string }): Promise<void>;
  /**
   * Tells that it is about to be paid: from then on it is this wallet's alone. The same again is answered as the first.
   * Address and amount are told back, so that the server refuses what it did not approve.
   */
  started(payout: Pick<RecordedPayout, 'id' | 'lease' | 'address' | 'amount'>): Promise<void>;
  sent(payout: { id: string; txid: string }): Promise<void>;
  confirmed(payout: { id: string; txid: string; reference: string | null }): Promise<void>;
  /** It was not paid, and will not be. */
  failed(payout: { id: string; reason: string }): Promise<void>;
  /** It may have been paid, and a person has to say whether it was. */
  unknown(payout: { id: string; reason: string }): Promise<void>;
}

export interface LeasedPayout extends GivenPayout {
  lease: string;
}

const amount = z.union([z.bigint(), z.number().int().positive().transform(BigInt)]);

const leased = z.object({
  payouts: z.array(
    z.object({
      id: z.string().regex(/^[\w-]{1,64}$/),
      kind: z.string().max(32),
      address: z.string().max(1_000),
      amount: amount.refine((value) => value > 0n),
      lease: z.string().regex(/^[\w-]{1,128}$/),
    }),
  ),
});

export function payoutServer(teller: Teller): PayoutServer {
  const post = (action: PayoutAction, body: Record<string, string | bigint | null>) =>
    postSigned(teller, {
      path: `/wallet/payouts/${action}`,
      body: { [action === 'lease' ? 'lease' : 'payout']: body },
      payload: payoutPayload(action, body),
    });
  return {
    async lease(max, seconds) {
      const { json } = await post('lease', {
        max: BigInt(max),
        seconds: seconds === undefined ? null : BigInt(seconds),
      });
      const read = leased.safeParse(json);
      if (!read.success) throw new ServerRefusal(200, '', 'The server’s list of payouts is not what was expected.');
      return read.data.payouts.slice(0, max);
    },
    async release({ id, lease, reason }) {
      await post('release', { id, lease, reason });
    },
    async started({ id, lease, address, amount: asked }) {
      await post('started', { id, lease, address, amount: asked });
    },
    async sent({ id, txid }) {
      await post('sent', { id, txid });
    },
    async confirmed({ id, txid, reference }) {
      await post('confirmed', { id, txid, payment_reference: reference });
    },
    async failed({ id, reason }) {
      await post('failed', { id, reason });
    },
    async unknown({ id, reason }) {
      await post('unknown', { id, reason });
    },
  };
}
