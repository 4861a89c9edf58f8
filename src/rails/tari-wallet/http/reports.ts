import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { AuthService } from '#auth/service.ts';
import { CONFIRMATION_SENTENCES, type PaymentReport } from '#engine/payments/payment-report.ts';
import { MAX_ADDRESS_LENGTH, orderId, positiveAmount, result, transactionId } from '#platform/http/fields.ts';
import { storableText } from '#platform/storable-text.ts';
import { readSender } from '#tari/sender.ts';
import { MAX_MEMO_LENGTH } from '#tari/text-limits.ts';
import { confirmationPayload, paymentPayload } from '#tari/wallet-signature.ts';
import { auth, IMPOSTURES, type SignedPorts, signedRequests } from './signed-fields.ts';
import type { signedReports } from './signed-reports.ts';

/** A text of a payment as it was signed: no payment is refused for the text of its memo or order. */
const signedText = z.string();

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

export interface WalletPorts extends SignedPorts {
  payments: ReturnType<typeof signedReports>;
  wallets: Pick<AuthService['wallets'], 'all'>;
}

/** The reports of the shop's hot wallets, and the addresses that customers pay to. */
export function walletRoutes(ports: WalletPorts): FastifyPluginAsyncZod {
  const { payments, wallets, limitStrangers } = ports;
  const { messageOf, refuseImpostorsBody, countImpostor } = signedRequests(ports);

  return async (app) => {
    app.setErrorHandler(countImpostor);

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
