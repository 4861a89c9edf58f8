import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Engine } from '#engine/engine.ts';
import { CONFIRMATION_SENTENCES } from '#engine/payments.ts';
import { EngineError, type EngineErrorCode } from '#platform/errors.ts';
import {
  address,
  LONGEST_ADDRESS,
  LONGEST_MEMO,
  nonce,
  orderId,
  positiveAmount,
  result,
  signature,
  signedText,
  transactionId,
} from '#platform/http/fields.ts';
import type { StrangerLimit } from '#platform/http/rate-limit.ts';
import { storableText } from '#platform/storable-text.ts';
import type { WalletMessage } from '#rails/tari-wallet/wallets.ts';
import { readSender } from '#tari/sender.ts';
import { confirmationPayload, paymentPayload } from '#tari/wallet-signature.ts';

const auth = z.object({ address, nonce, signature });

const incomingPayment = z.object({
  payment: z.object({
    // Signed as it was sent, and whatever it says: a payment is not refused for its sender.
    sender: signedText,
    amount: positiveAmount,
    txid: transactionId,
    memo: signedText.nullish().transform((text) => text ?? null),
    order_id: signedText.nullish().transform((text) => text ?? null),
  }),
  auth,
});

const confirmation = z.object({ confirmation: z.object({ txid: transactionId }), auth });

export interface WalletPorts {
  payments: Pick<Engine['payments'], 'receive' | 'confirm'>;
  wallets: Pick<Engine['wallets'], 'all'>;
  clientAddress: (request: FastifyRequest) => string;
  limitStrangers: StrangerLimit;
}

/** What the shop's hot wallets report, and where customers pay to. */
export function walletRoutes({ payments, wallets, clientAddress, limitStrangers }: WalletPorts): FastifyPluginAsyncZod {
  /** Whoever fails to prove that it is a hot wallet is a stranger. */
  const limitingImpostors = async <T>(request: FastifyRequest, reply: FastifyReply, report: () => Promise<T>) => {
    try {
      return await report();
    } catch (error) {
      if (error instanceof EngineError && IS_IMPOSTURE.has(error.code)) await limitStrangers(request, reply);
      throw error;
    }
  };

  const messageOf = (request: FastifyRequest, given: z.output<typeof auth>, payload: string): WalletMessage => ({
    ...given,
    payload,
    remoteAddress: clientAddress(request),
  });

  const refuseImpostorsBody: onRequestAsyncHookHandler = async (request, reply) =>
    limitStrangers.refuseBody(request, reply);

  return async (app) => {
    app.get(
      '/wallet/send_to',
      {
        onRequest: limitStrangers,
        schema: {
          summary: 'The addresses of the hot wallets, where customers pay to',
          tags: ['wallets'],
          response: { 200: z.array(z.string()) },
        },
      },
      async () => (await wallets.all()).map((wallet) => wallet.address),
    );

    app.post(
      '/wallet/incoming_payment',
      {
        onRequest: refuseImpostorsBody,
        schema: {
          summary: 'Reports a payment that a hot wallet has seen',
          tags: ['wallets'],
          body: incomingPayment,
          errors: [...IMPOSTURES, 'rate_limited', 'payment_contradicted'],
          response: { 200: result },
        },
      },
      async (request, reply) => {
        const { payment, auth } = request.body;
        const report = {
          ...payment,
          memo: payment.memo === null ? null : storableText(payment.memo.slice(0, LONGEST_MEMO)),
          sender: readSender(storableText(payment.sender.slice(0, LONGEST_ADDRESS))),
          orderId: orderId.safeParse(payment.order_id).data ?? null,
        };
        const message = messageOf(request, auth, paymentPayload({ ...payment, orderId: payment.order_id }));
        const { isNew } = await limitingImpostors(request, reply, () => payments.receive(report, message));
        const sentence = isNew ? 'Payment processed successfully.' : 'Payment already processed.';
        return { success: true, message: sentence };
      },
    );

    app.post(
      '/wallet/tx_confirmation',
      {
        onRequest: refuseImpostorsBody,
        schema: {
          summary: 'Reports that a payment is confirmed on the chain',
          tags: ['wallets'],
          body: confirmation,
          errors: [...IMPOSTURES, 'rate_limited', 'payment_cancelled'],
          response: { 200: result },
        },
      },
      async (request, reply) => {
        const { txid } = request.body.confirmation;
        const message = messageOf(request, request.body.auth, confirmationPayload(txid));
        const { outcome } = await limitingImpostors(request, reply, () => payments.confirm(txid, message));
        return { success: true, message: `Payment ${txid}: ${CONFIRMATION_SENTENCES[outcome]}.` };
      },
    );
  };
}

const IMPOSTURES = [
  'wallet_not_authorized',
  'wallet_signature_invalid',
  'wallet_nonce_not_increasing',
] as const satisfies readonly EngineErrorCode[];

const IS_IMPOSTURE: ReadonlySet<EngineErrorCode> = new Set(IMPOSTURES);
