/**
 * Tells the server of a payment, or that one is confirmed, as a hot wallet does. Run `npm run build` first.
 *
 *   node docs/examples/report-payment.mjs payment -t TXID -f SENDER -a MICRO_TARI [-m MEMO] [-o ORDER_ID]
 *   node docs/examples/report-payment.mjs confirmation -t TXID
 *
 * TARI_SECRET_KEY is in the environment. TPG_URL says where the server is; http://127.0.0.1:8360 when it is not set. The
 * exit code is 0 when the server has taken the report.
 */

import { parseArgs } from 'node:util';
import { confirmationPayload, paymentPayload, signWalletMessage } from '../../dist/tari/wallet-signature.js';
import { random, signerFromEnvironment } from './keys.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    txid: { type: 'string', short: 't' },
    from: { type: 'string', short: 'f' },
    amount: { type: 'string', short: 'a' },
    memo: { type: 'string', short: 'm' },
    order: { type: 'string', short: 'o' },
  },
});
const { secretKey, address, addressText } = signerFromEnvironment();
const { txid = '', from: sender = '', amount = '0', memo = null, order: orderId = null } = values;
// It must be above the nonce of this wallet's last report. One report a millisecond is more than a wallet makes.
const nonce = BigInt(Date.now());

const isPayment = positionals[0] === 'payment';
// The text that is signed is also what is sent: an amount passes 2^53, and JSON.stringify would lose its digits.
const payload = isPayment
  ? paymentPayload({ sender, amount: BigInt(amount), txid, memo, orderId })
  : confirmationPayload(txid);
const signature = signWalletMessage(secretKey, address, nonce, payload, random);
const auth = `{"address":"${addressText}","nonce":${nonce},"signature":"${signature}"}`;

const [path, key] = isPayment ? ['incoming_payment', 'payment'] : ['tx_confirmation', 'confirmation'];
const response = await fetch(`${process.env.TPG_URL ?? 'http://127.0.0.1:8360'}/wallet/${path}`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: `{"${key}":${payload},"auth":${auth}}`,
});
process.stdout.write(`${response.status} ${await response.text()}\n`);
process.exitCode = response.ok ? 0 : 1;
