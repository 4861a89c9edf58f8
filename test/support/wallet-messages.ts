import { randomBytes } from 'node:crypto';
import { addressToBase58, type TariAddress } from '#tari/address.ts';
import { confirmationPayload, paymentPayload, signWalletMessage } from '#tari/wallet-signature.ts';
import { HOT_WALLET, type Person, personOf } from './test-wallets.ts';

/** What a hot wallet signs and sends. */

export interface PaymentFields {
  sender?: string;
  amount?: bigint;
  txid?: string;
  memo?: string | null;
  order_id?: string | null;
}

export interface WalletSigning {
  wallet?: Person;
  /** The wallet's address where it is another form than its single one, and the text it is sent as. */
  address?: TariAddress;
  addressText?: string;
  nonce?: bigint;
}

/** How a wallet proves a message. */
export interface WalletAuth {
  address: string;
  nonce: bigint;
  signature: string;
}

let lastNonce = 0n;

/** A nonce above all that were used. */
export function nextNonce(): bigint {
  lastNonce += 1n;
  return lastNonce;
}

export function randomTransactionId(): string {
  return randomBytes(8).readBigUInt64BE().toString();
}

/** A payment of 100 XTM from the first person's address, signed by the hot wallet. Null fields are left out. */
export function signedPayment(fields: PaymentFields, signing: WalletSigning) {
  const payment = { sender: personOf(1).address, amount: 100_000_000n, txid: randomTransactionId(), ...fields };
  const { memo = null, order_id: orderId = null } = payment;
  return { payment, auth: authOf(paymentPayload({ ...payment, memo, orderId }), signing) };
}

export function signedConfirmation(txid: string, signing: WalletSigning) {
  return { confirmation: { txid }, auth: authOf(confirmationPayload(txid), signing) };
}

function authOf(payload: string, signing: WalletSigning): WalletAuth {
  const { wallet = HOT_WALLET, nonce = nextNonce() } = signing;
  const address = signing.address ?? wallet.tariAddress;
  const random = (length: number) => new Uint8Array(randomBytes(length));
  const signature = signWalletMessage(wallet.secretKey, address, nonce, payload, random);
  return { address: signing.addressText ?? addressToBase58(address), nonce, signature };
}
