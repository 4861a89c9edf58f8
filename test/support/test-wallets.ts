import type { NewOrder } from '#engine/store/orders.ts';
import type { Payment } from '#engine/store/payments.ts';
import { accountOf, addressToBase58, singleAddress } from '#tari/address.ts';
import { microTari } from '#tari/micro-tari.ts';
import { publicKeyOf } from '#tari/schnorr.ts';

export const NOW = new Date('2026-03-10T12:00:00.000Z');

/** A test person with a key of their own, the address of it, and the account it stands for. */
export function personOf(number: number): Person {
  const secretKey = new Uint8Array(32).fill(0);
  secretKey[0] = number + 10;
  const address = singleAddress('mainnet', publicKeyOf(secretKey));
  return { secretKey, tariAddress: address, address: addressToBase58(address), account: accountOf(address) };
}

export const ACCOUNTS = [1, 2, 3].map(personOf) as [Person, Person, Person];

/** The shop's hot wallet, which reports the payments. */
export const HOT_WALLET = personOf(100);

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
    claimKind: null,
    createdAt: NOW,
    updatedAt: NOW,
    shopUpdatedAt: NOW,
    shopTriggeredAt: null,
    pageCode: null,
    customerLocale: null,
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
    claimIsSigned: false,
    owner: null,
    unspent: microTari(0n),
    isLate: false,
    hasLeftChain: false,
    paymentReference: null,
    blockHeight: null,
    createdAt: NOW,
    updatedAt: NOW,
    ...payment,
  };
}
