import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { AuthService } from '#auth/service.ts';
import type { WalletMessage } from '#auth/wallets.ts';
import { CONFIRMATION_SENTENCES, type PaymentReport } from '#engine/payments/payment-report.ts';
import { DomainError, type ErrorCode } from '#platform/errors.ts';
import {
  address,
  MAX_ADDRESS_LENGTH,
  nonce,
  orderId,
  positiveAmount,
  result,
  transactionId,
} from '#platform/http/fields.ts';
import type { AnonymousRateLimit } from '#platform/http/rate-limit.ts';
import { JsonError } from '#platform/json.ts';
import { storableText } from '#platform/storable-text.ts';
import { readSender } from '#tari/sender.ts';
import { MAX_MEMO_LENGTH } from '#tari/text-limits.ts';
import { confirmationPayload, paymentPayload } from '#tari/wallet-signature.ts';
import type { signedReports } from './signed-reports.ts';

/** A text of a payment as it was signed: no payment is refused for the text of its memo or order. */
const signedText = z.string();

/** 128 characters of hex: R and s. */
const signature = z.string().regex(/^[0-9a-fA-F]{128}$/, 'must be 128 characters of hex');

const auth = z.object({ address, nonce, signature });

const incomingPayment = z.object({
  payment: z.object({
    // Signed as it was sent, with any content: a payment is not refused because of its sender.
    sender: signedText,
    amount: positiveAmount,
    txid: transactionId,
    memo: signedText.nullish().transform((text) => text ?? null),
    order_id: signedText.nullish().transform((text) => text ?? null),
  }),
  auth,
});

type SentPayment = z.output<typeof incomingPayment>['payment'];

const confirmation = z.object({ confirmation: z.object({ txid: transactionId }), auth });

export interface WalletPorts {
  payments: ReturnType<typeof signedReports>;
  wallets: Pick<AuthService['wallets'], 'all'>;
  clientAddress: (request: FastifyRequest) => string;
  limitStrangers: AnonymousRateLimit;
}

/** The reports of the shop's hot wallets, and the addresses that customers pay to. */
export function walletRoutes({ payments, wallets, clientAddress, limitStrangers }: WalletPorts): FastifyPluginAsyncZod {
  const messageOf = (request: FastifyRequest, given: z.output<typeof auth>, payload: string): WalletMessage => ({
    ...given,
    payload,
    remoteAddress: clientAddress(request),
  });

  const refuseImpostorsBody: onRequestAsyncHookHandler = async (request, reply) =>
    limitStrangers.refuseBody(request, reply);

  return async (app) => {
    // A request that fails before or at its authentication counts against the rate limit of anonymous callers.
    app.setErrorHandler(async (error, request, reply) => {
      if (provesNobody(error)) await limitStrangers(request, reply);
      throw error;
    });

    app.get(
      '/wallet/send_to',
      {
        config: { access: 'public' },
        onRequest: limitStrangers,
        schema: {
          summary: 'The addresses of the hot wallets that customers pay to',
          tags: ['wallets'],
          response: { 200: z.array(z.string()) },
        },
      },
      async () => (await wallets.all()).map((wallet) => wallet.address),
    );

    app.post(
      '/wallet/incoming_payment',
      {
        config: { access: 'public' },
        onRequest: refuseImpostorsBody,
        schema: {
          summary: 'Reports a payment that a hot wallet has seen',
          tags: ['wallets'],
          body: incomingPayment,
          errors: [...IMPOSTURES, 'rate_limited', 'payment_contradicted'],
          response: { 200: result },
        },
      },
      async (request) => {
        const { payment, auth } = request.body;
        const report = reportOf(payment);
        const message = messageOf(request, auth, paymentPayload({ ...payment, orderId: payment.order_id }));
        const { isNew } = await payments.receive(report, message);
        const sentence = isNew ? 'Payment processed successfully.' : 'Payment already processed.';
        return { success: true, message: sentence };
      },
    );

    app.post(
      '/wallet/tx_confirmation',
      {
        config: { access: 'public' },
        onRequest: refuseImpostorsBody,
        schema: {
          summary: 'Reports that a payment is confirmed on the chain',
          tags: ['wallets'],
          body: confirmation,
          errors: [...IMPOSTURES, 'rate_limited', 'payment_cancelled'],
          response: { 200: result },
        },
      },
      async (request) => {
        const { txid } = request.body.confirmation;
        const message = messageOf(request, request.body.auth, confirmationPayload(txid));
        const { outcome } = await payments.confirm(txid, message);
        return { success: true, message: `Payment ${txid}: ${CONFIRMATION_SENTENCES[outcome]}.` };
      },
    );
  };
}

/** What is to be known of a payment as it was sent: what of its texts can't be kept is left out. */
export function reportOf(payment: SentPayment): PaymentReport {
  return {
    ...payment,
    memo: payment.memo === null ? null : storableText(payment.memo.slice(0, MAX_MEMO_LENGTH)),
    sender: readSender(storableText(payment.sender.slice(0, MAX_ADDRESS_LENGTH))),
    orderId: orderId.safeParse(payment.order_id).data ?? null,
  };
}

const IMPOSTURES = [
  'wallet_not_authorized',
  'wallet_signature_invalid',
  'wallet_nonce_not_increasing',
] as const satisfies readonly ErrorCode[];

const IS_IMPOSTURE: ReadonlySet<ErrorCode> = new Set(IMPOSTURES);

/** Whether a request failed authentication: its body is unreadable or malformed, or its signature, nonce or sender is wrong. */
function provesNobody(error: unknown): boolean {
  if (error instanceof DomainError) return IS_IMPOSTURE.has(error.code);
  if (error instanceof JsonError) return true;
  const { code, validation } = error as { code?: unknown; validation?: unknown };
  return validation !== undefined || (typeof code === 'string' && code.startsWith('FST_ERR_CTP_'));
}
