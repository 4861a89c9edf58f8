import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { AuthenticatedMessage } from '#auth/wallets.ts';
import { MAX_LEASE_MS, MAX_LEASED_AT_ONCE, MIN_LEASE_MS, PAYOUT_KINDS } from '#payouts/types.ts';
import type { ErrorCode } from '#platform/errors.ts';
import {
  amount,
  integer,
  keptText,
  MAX_ADDRESS_LENGTH,
  positiveAmount,
  result,
  time,
  transactionId,
} from '#platform/http/fields.ts';
import type { PayoutReports } from '#rails/tari-wallet/payout-reports.ts';
import { type PayoutAction, payoutPayload } from '#tari/wallet-signature.ts';
import type { Authenticate } from './authenticate.ts';
import { auth, IMPOSTURES, type SignedPorts, signedRequests } from './signed-fields.ts';

/** How wallets take approved payouts, and tell what came of them. */

const id = keptText(64).min(1);
const lease = keptText(128).min(1);
/** A sentence for people. */
const reason = keptText(500).min(1);
const txid = transactionId;
/** What both sides of a payment see and explorers find, 64 characters of hex; signed with the report. */
const reference = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be 64 characters of lower-case hex')
  .nullish()
  .transform((text) => text ?? null);

const leaseBody = z.object({
  lease: z.object({
    max: integer(1n, BigInt(MAX_LEASED_AT_ONCE)),
    /** How long they are the wallet's; null for as long as a program needs. */
    seconds: integer(BigInt(MIN_LEASE_MS / 1000), BigInt(MAX_LEASE_MS / 1000))
      .nullish()
      .transform((value) => value ?? null),
  }),
  auth,
});

const leased = z.object({
  ...result.shape,
  payouts: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(PAYOUT_KINDS),
      address: z.string().meta({ description: 'In base58.' }),
      amount,
      lease: z.string().meta({ description: 'Shown back when the payment starts.' }),
      lease_until: time,
    }),
  ),
});

const ofPayout = <Shape extends z.ZodRawShape>(shape: Shape) => z.object({ payout: z.object(shape), auth });

/** Each of a report's fields, in the order in which they are signed. */
const bodies = {
  release: ofPayout({ id, lease, reason }),
  started: ofPayout({ id, lease, address: keptText(MAX_ADDRESS_LENGTH), amount: positiveAmount }),
  sent: ofPayout({ id, txid }),
  confirmed: ofPayout({ id, txid, payment_reference: reference }),
  failed: ofPayout({ id, reason }),
  unknown: ofPayout({ id, reason }),
};

const ERRORS = [...IMPOSTURES, 'rate_limited', 'payout_not_found'] as const satisfies readonly ErrorCode[];
const OF_LEASES = [...ERRORS, 'payout_lease_lost', 'payout_contradicted'] as const;
const OF_REPORTS = [...ERRORS, 'payout_contradicted'] as const;

export interface PayoutPorts extends SignedPorts {
  reports: PayoutReports;
  authenticate: Authenticate;
}

type Fields = Readonly<Record<string, string | bigint | null>>;

/** How each of the routes knows its wallet, and what they have in common. */
function signedPayouts(ports: PayoutPorts) {
  const { messageOf, refuseImpostorsBody, countImpostor } = signedRequests(ports);
  return {
    countImpostor,
    admitted: (
      request: FastifyRequest,
      action: PayoutAction,
      fields: Fields,
      given: z.output<typeof auth>,
    ): Promise<AuthenticatedMessage> => ports.authenticate(messageOf(request, given, payoutPayload(action, fields))),

    route: <Body extends z.ZodType>(summary: string, body: Body, errors: readonly ErrorCode[]) => ({
      config: { access: 'public' as const },
      onRequest: refuseImpostorsBody,
      schema: { summary, tags: ['wallets'], body, errors: [...errors], response: { 200: result } },
    }),
  };
}

function done(payoutId: string, what: string) {
  return { success: true, message: `Payout ${payoutId}: ${what}.` };
}

export function payoutRoutes(ports: PayoutPorts): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(leaseRoutes(ports));
    await app.register(reportRoutes(ports));
  };
}

/** Taking payouts, giving them back, and starting to pay. */
function leaseRoutes(ports: PayoutPorts): FastifyPluginAsyncZod {
  const { reports } = ports;
  const { countImpostor, admitted, route } = signedPayouts(ports);
  return async (app) => {
    app.setErrorHandler(countImpostor);
    const leasing = route('Gives approved payouts to a hot wallet', leaseBody, [...IMPOSTURES, 'rate_limited']);
    app.post(
      '/wallet/payouts/lease',
      { ...leasing, schema: { ...leasing.schema, response: { 200: leased } } },
      async (request) => {
        const { lease: asked } = request.body;
        const message = await admitted(request, 'lease', asked, request.body.auth);
        const leaseMs = asked.seconds === null ? undefined : Number(asked.seconds) * 1000;
        const given = await reports.leasePayouts(Number(asked.max), leaseMs, message);
        const payouts = given.map(({ leaseToken, leaseUntil, ...payout }) => ({
          ...{ id: payout.id, kind: payout.kind, address: payout.address, amount: payout.amount, lease: leaseToken },
          lease_until: (leaseUntil ?? payout.updatedAt).toISOString(),
        }));
        return { success: true, message: `Payouts to pay: ${payouts.length}.`, payouts };
      },
    );

    app.post(
      '/wallet/payouts/release',
      route('Gives back a payout that a hot wallet has not started to pay', bodies.release, OF_LEASES),
      async (request) => {
        const { payout } = request.body;
        const message = await admitted(request, 'release', payout, request.body.auth);
        await reports.releasePayout(payout.id, payout.lease, payout.reason, message);
        return done(payout.id, 'another wallet may take it');
      },
    );

    app.post(
      '/wallet/payouts/started',
      route('Tells that a hot wallet is about to pay a payout', bodies.started, [...OF_LEASES, 'payouts_stopped']),
      async (request) => {
        const { payout } = request.body;
        const message = await admitted(request, 'started', payout, request.body.auth);
        await reports.startPayout({ ...payout, leaseToken: payout.lease }, message);
        return done(payout.id, 'pay it now');
      },
    );
  };
}

/** What came of payouts. */
function reportRoutes(ports: PayoutPorts): FastifyPluginAsyncZod {
  const { reports } = ports;
  const { countImpostor, admitted, route } = signedPayouts(ports);
  return async (app) => {
    app.setErrorHandler(countImpostor);
    app.post(
      '/wallet/payouts/sent',
      route('Reports that a payout was sent', bodies.sent, OF_REPORTS),
      async (request) => {
        const { payout } = request.body;
        const message = await admitted(request, 'sent', payout, request.body.auth);
        await reports.payoutSent(payout.id, payout.txid, message);
        return done(payout.id, 'it is sent');
      },
    );

    app.post(
      '/wallet/payouts/confirmed',
      route('Reports that a payout is confirmed on the chain', bodies.confirmed, OF_REPORTS),
      async (request) => {
        const { payout } = request.body;
        const message = await admitted(request, 'confirmed', payout, request.body.auth);
        await reports.payoutConfirmed(payout.id, payout.txid, message);
        return done(payout.id, 'it is confirmed');
      },
    );

    app.post(
      '/wallet/payouts/failed',
      route('Reports that a payout was not sent and will not be', bodies.failed, OF_REPORTS),
      async (request) => {
        const { payout } = request.body;
        const message = await admitted(request, 'failed', payout, request.body.auth);
        await reports.payoutFailed(payout.id, payout.reason, message);
        return done(payout.id, 'it was not paid');
      },
    );

    app.post(
      '/wallet/payouts/unknown',
      route('Reports that a hot wallet does not know whether a payout was paid', bodies.unknown, OF_REPORTS),
      async (request) => {
        const { payout } = request.body;
        const message = await admitted(request, 'unknown', payout, request.body.auth);
        await reports.payoutUnknown(payout.id, payout.reason, message);
        return done(payout.id, 'a person must look into the wallet');
      },
    );
  };
}
