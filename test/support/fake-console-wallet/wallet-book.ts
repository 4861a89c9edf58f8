import { randomBytes } from 'node:crypto';
import { AddressError, ONE_SIDED, parseAddress, type TariAddress } from '#tari/address.ts';

/**
 * What a console wallet 6.2 keeps, and what it does with it, as docs/reference/wallet.md tells of the real one. It outlives
 * the process that serves it.
 */

export interface FakeTransaction {
  txid: bigint;
  source: Uint8Array;
  destination: Uint8Array;
  status: number;
  /** 1 inbound, 2 outbound. */
  direction: number;
  amount: bigint;
  fee: bigint;
  isCancelled: boolean;
  /** Seconds. */
  timestamp: bigint;
  minedHeight: bigint;
  paymentId: Uint8Array;
  rejectedReason: string;
  /** The coins that it spends, and the change that it makes. */
  spent: bigint[];
  change: bigint;
  /** How often the wallet is asked for lists until it shows up there. */
  hiddenFor: number;
}

/** A request that the wallet refuses as such. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, details: string) {
    super(details);
    this.status = status;
  }
}

/** The wallet made no transaction of it. */
export class Abandoned extends Error {}

export interface PlayTransfer {
  address: string;
  amount: bigint;
  feePerGram: bigint;
  paymentType: number;
  paymentId: Uint8Array;
}

const KERNEL_GRAMS = 10n;
const INPUT_GRAMS = 8n;
const OUTPUT_GRAMS = 65n;
const CONFIRMATIONS = 3n;
const MEMO_BYTES = 256;

export class WalletBook {
  readonly address: TariAddress;
  /** Newest last. */
  readonly transactions: FakeTransaction[] = [];
  /** Coins that can be spent now. */
  coins: bigint[];
  height = 100n;
  /** Whether it holds the spend key. */
  canSpend = true;

  constructor(address: TariAddress, coins: readonly bigint[]) {
    this.address = address;
    this.coins = [...coins];
  }

  get available(): bigint {
    return sum(this.coins);
  }

  /** Outgoing payments that stand or may come to stand: what a test counts. */
  get paid(): FakeTransaction[] {
    return this.transactions.filter((one) => one.direction === 2 && !one.isCancelled && one.status !== 7);
  }

  feeOf(feePerGram: bigint, inputs: number, outputs: number): bigint {
    return feePerGram * (KERNEL_GRAMS + INPUT_GRAMS * BigInt(inputs) + OUTPUT_GRAMS * BigInt(outputs));
  }

  /** @throws {Refused | Abandoned} */
  transfer({ address: destination, amount, feePerGram, paymentType, paymentId }: PlayTransfer): FakeTransaction {
    const address = this.#destination(destination);
    if (paymentType !== 2) {
      throw new Refused(3, 'Standard Mimblewimble transactions are not supported in this method');
    }
    // The address's own id wins over the payer's text.
    const text = address.paymentId ?? paymentId;
    const memo = text.length + 2 + 67;
    if (memo > MEMO_BYTES) {
      throw new Refused(
        13,
        `Memo exceeds 256-byte limit: ${memo} bytes (payment_id: ${text.length} bytes, tag: 1 byte)`,
      );
    }
    if (!this.canSpend) throw new Abandoned('Invalid wallet type');
    const least = this.feeOf(feePerGram, 1, 2);
    if (amount <= least) {
      throw new Abandoned(
        `Transaction abandoned: Transaction builder error: \`Fee (${least} µT) is greater than the amount sent (${amount} µT)\``,
      );
    }
    const { spent, fee } = this.#choose(amount, feePerGram);
    for (const coin of spent) this.coins.splice(this.coins.indexOf(coin), 1);
    const made: FakeTransaction = {
      ...{ txid: randomBytes(8).readBigUInt64BE(), source: this.address.bytes, destination: address.bytes },
      ...{ status: 1, direction: 2, amount, fee, isCancelled: false, minedHeight: 0n, rejectedReason: '' },
      ...{ paymentId: text, spent, change: sum(spent) - amount - fee, hiddenFor: 0 },
      timestamp: BigInt(Math.floor(Date.now() / 1000)),
    };
    this.transactions.push(made);
    return made;
  }

  #destination(text: string): TariAddress {
    try {
      const address = parseAddress(text);
      const isPayable = address.viewKey !== null && (address.features & ONE_SIDED) !== 0;
      if (isPayable && address.network === this.address.network) return address;
    } catch (error) {
      if (!(error instanceof AddressError)) throw error;
    }
    throw new Refused(3, 'Destination address at index 0 is malformed');
  }

  /** Change comes back only with its confirmation: what is on its way cannot be spent. */
  #choose(amount: bigint, feePerGram: bigint): { spent: bigint[]; fee: bigint } {
    const spent: bigint[] = [];
    for (const coin of [...this.coins].sort((one, other) => (one < other ? 1 : -1))) {
      spent.push(coin);
      const fee = this.feeOf(feePerGram, spent.length, 2);
      if (sum(spent) >= amount + fee) return { spent, fee };
    }
    throw new Abandoned('Transaction abandoned: Output manager error: `Not enough funds to fulfil transaction`');
  }

  /** The network makes blocks: what is on its way is in the first of them. */
  mine(blocks = 1): void {
    for (let count = 0; count < blocks; count += 1) {
      this.height += 1n;
      for (const one of this.transactions) {
        if (one.isCancelled || one.status === 7) continue;
        if (one.minedHeight === 0n) {
          one.minedHeight = this.height;
          one.status = 2;
        } else if (one.status === 2 && this.height - one.minedHeight >= CONFIRMATIONS) {
          one.status = 6;
          if (one.change > 0n) this.coins.push(one.change);
        }
      }
    }
  }

  /** A reorganisation: what was not confirmed is in no block any more. Nothing says so, and the status goes back. */
  reorganise(): void {
    for (const one of this.transactions) {
      if (one.status !== 2) continue;
      one.minedHeight = 0n;
      one.status = 0;
    }
  }

  /** The network refuses it: its coins are free again. */
  reject(txid: bigint, reason: string): void {
    const one = this.#find(txid);
    Object.assign(one, { status: 7, isCancelled: true, rejectedReason: reason, minedHeight: 0n });
    this.coins.push(...one.spent);
  }

  /** @throws {Refused} for those that were broadcast. */
  cancel(txid: bigint): void {
    const one = this.#find(txid);
    if (one.status !== 0) {
      throw new Refused(11, `Transaction TxId:${txid} has status Broadcast which cannot be cancelled`);
    }
    one.isCancelled = true;
    this.coins.push(...one.spent);
  }

  /** A wallet that was recovered from its seed words: its coins are right, and what it sent is gone from its list. */
  recover(): void {
    for (const one of this.paid) if (one.status !== 6) this.coins.push(one.change);
    this.transactions.splice(0);
  }

  /** What it lists, and hides for a while. */
  listed(is: (one: FakeTransaction) => boolean): FakeTransaction[] {
    return this.transactions.filter((one) => {
      if (!is(one)) return false;
      if (one.hiddenFor === 0) return true;
      one.hiddenFor -= 1;
      return false;
    });
  }

  #find(txid: bigint): FakeTransaction {
    const found = this.transactions.find((one) => one.txid === txid);
    if (found === undefined) throw new Refused(5, `Transaction ${txid} not found`);
    return found;
  }
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
