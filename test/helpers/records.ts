import type { NewOrder } from '../../src/store/orders.ts';
import type { Payment } from '../../src/store/payments.ts';
import { accountOf, addressToBase58, singleAddress } from '../../src/tari/address.ts';
import { microTari } from '../../src/tari/micro-tari.ts';
import { publicKeyOf } from '../../src/tari/schnorr.ts';

export const NOW = new Date('2026-11-21T12:00:00.000Z');

/** Test people: each with a key, the address of it, and the account it stands for. */
export const ACCOUNTS = [1, 2, 3].map((number) => {
  const secretKey = new Uint8Array(32).fill(0);
  secretKey[0] = number + 10;
  const address = singleAddress('mainnet', publicKeyOf(secretKey));
  return { secretKey, tariAddress: address, address: addressToBase58(address), account: accountOf(address) };
}) as [Person, Person, Person];

export interface Person {
  secretKey: Uint8Array;
  tariAddress: ReturnType<typeof singleAddress>;
  address: string;
  account: ReturnType<typeof accountOf>;
}

export function aNewOrder(order: Partial<NewOrder> = {}): NewOrder {
  return {
    orderId: '1001',
    altId: null,
    customerId: 'c1',
    memo: null,
    totalPrice: microTari(100_000_000n),
    originalPrice: '100.00',
    currency: 'XTM',
    exchangeRate: 1_000_000n,
    status: 'Unclaimed',
    amountOutstanding: null,
    claimedBy: null,
    createdAt: NOW,
    updatedAt: NOW,
    shopUpdatedAt: NOW,
    ...order,
  };
}

export function aPayment(payment: Partial<Payment> = {}): Payment {
  return {
    txid: '1',
    account: ACCOUNTS[0].account,
    sender: ACCOUNTS[0].address,
    amount: microTari(100_000_000n),
    memo: null,
    paymentType: 'on_chain',
    status: 'received',
    orderId: null,
    claimant: null,
    createdAt: NOW,
    updatedAt: NOW,
    ...payment,
  };
}
