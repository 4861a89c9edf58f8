import { CUSTOMER, HOT_WALLET, TXID } from '#platform/http/openapi/example-values.ts';
import type { Examples } from '#platform/http/openapi/examples.ts';
import { payoutExamples } from './payout-examples.ts';

export const examples: Examples = {
  ...payoutExamples,
  'GET /wallet/send_to': { answer: [HOT_WALLET] },
  'POST /wallet/incoming_payment': {
    body: {
      payment: { sender: CUSTOMER, amount: 500_000_000, txid: TXID },
      auth: {
        address: HOT_WALLET,
        nonce: 1_795_266_000_000,
        signature:
          '268694bf0c4740754b7cf2a23d83e8ca87711b85b1130b06e952f4cdf0b4445d94283b0dad17c78d36bc743708d794cba9264761308dfca7ca669045705c760a',
      },
    },
    answer: { success: true, message: 'Payment processed successfully.' },
  },
  'POST /wallet/tx_confirmation': {
    body: {
      confirmation: { txid: TXID },
      auth: {
        address: HOT_WALLET,
        nonce: 1_795_266_000_001,
        signature:
          '263422821cb1decf927f15a93b38c3e650a09fab1fb4a6aae38807474043ad2af8281500ad25223ffd48817aa24010207a24d8aabde7dd526f694f88c39a3e09',
      },
    },
    answer: { success: true, message: `Payment ${TXID}: it is confirmed.` },
  },
};
