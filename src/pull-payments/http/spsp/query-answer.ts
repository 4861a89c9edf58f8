import type { Agreement } from '#pull-payments/types.ts';
import type { Endpoint } from '../endpoint-type.ts';

type Credentials = NonNullable<ReturnType<Endpoint['credentials']>>;

export const SPSP_TYPE = 'application/spsp4+json';

/**
 * The answer to a query (RFC 0009). The keys of the original come first and in its order; the others are those of RFC 0036,
 * and ours: `interval_ends_at`, and `obstacle`, which says why nothing can be pulled now.
 */
export function queryAnswer(credentials: Credentials, agreement: Agreement): Buffer {
  const { terms, balances } = agreement;
  return bytesOf({
    ...connectionDetails(credentials),
    pull: {
      balance: {
        total: String(balances.total),
        interval: String(balances.interval),
        available: String(balances.available),
      },
      cycle: balances.cycle,
      agreement: {
        amount: String(terms.amount),
        start: terms.startAt.toISOString(),
        ...(terms.expiryAt !== null && { expiry: terms.expiryAt.toISOString() }),
        interval: terms.interval,
        cycles: terms.cycles,
        cap: terms.cap,
        asset: { code: terms.asset.code, scale: terms.asset.scale },
      },
      ...(balances.intervalEndsAt !== null && { interval_ends_at: balances.intervalEndsAt.toISOString() }),
      ...(balances.obstacle !== null && { obstacle: balances.obstacle }),
    },
  });
}

/** The answer to a query of the server's own pointer, to which money is pushed. */
export function pushAnswer(credentials: Credentials, hasReceipts: boolean): Buffer {
  return bytesOf({ ...connectionDetails(credentials), ...(hasReceipts && { receipts_enabled: true }) });
}

/** Bytes: Fastify would add a charset to the type of a text, which the original's answers do not have. */
function bytesOf(answer: object): Buffer {
  return Buffer.from(JSON.stringify(answer));
}

function connectionDetails({ destinationAccount, sharedSecret }: Credentials) {
  return {
    destination_account: destinationAccount,
    shared_secret: Buffer.from(sharedSecret).toString('base64'),
  };
}

/** An agreement as the original answers it after a change, with its keys in its order. */
export function changedRecord({ terms, balances }: Agreement): object {
  return {
    balanceTotal: String(balances.total),
    balanceInterval: String(balances.interval),
    balanceAvailable: String(balances.available),
    amount: String(terms.amount),
    start: terms.startAt.toISOString(),
    interval: terms.interval,
    cycles: terms.cycles,
    cycleCurrent: balances.cycle,
    cap: terms.cap,
    assetCode: terms.asset.code,
    assetScale: String(terms.asset.scale),
    ...(terms.webhook !== null && { webhook: terms.webhook }),
    ...(terms.expiryAt !== null && { expiry: terms.expiryAt.toISOString() }),
  };
}
