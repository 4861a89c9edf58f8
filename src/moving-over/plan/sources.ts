import { shown } from '#moving-over/old/values.ts';
import type { Findings } from '#moving-over/report/findings.ts';
import { type AccountId, accountAddress, accountOf, addressToBase58, networkOfAccount } from '#tari/address.ts';
import { readSender } from '#tari/sender.ts';
import { isCustomerAccount, syntheticAddressOf } from '#tari/synthetic-address.ts';
import type { Scratch } from './scratch.ts';

/** Whose the money of an address was: the account behind it, whatever it was written as, or a text that is no address. */

export interface Source {
  source: bigint;
  account: AccountId | null;
  /** Of the address as it was written. */
  addressId: bigint;
}

/** So many are kept at hand; all others are looked up again. */
const MAX_AT_HAND = 20_000;

export class Sources {
  readonly #scratch: Scratch;
  readonly #findings: Findings;
  readonly #atHand = new Map<string, Source>();
  #last = 0n;
  #lastAddress = 0n;

  constructor(scratch: Scratch, findings: Findings) {
    this.#scratch = scratch;
    this.#findings = findings;
  }

  /** The source that an address stands for, made where it is new. */
  of(address: string, at: string): Source {
    const known = this.#atHand.get(address) ?? this.#kept(address) ?? this.#make(address, at);
    if (this.#atHand.size >= MAX_AT_HAND) this.#atHand.clear();
    this.#atHand.set(address, known);
    return known;
  }

  /** Says that an address which was made for a customer is this one's, where that is so. */
  madeFor({ source, account }: Source, customerId: string): boolean {
    if (account === null || !isCustomerAccount(account)) return false;
    const kept = this.#scratch.get<{ made_for: string | null }>(
      'select made_for from scratch_sources where source = ?',
      source,
    );
    if (kept?.made_for !== null && kept?.made_for !== undefined) return kept.made_for === customerId;
    if (!isAddressOf(customerId, account)) return false;
    this.#scratch.run('update scratch_sources set made_for = ? where source = ?', customerId, source);
    return true;
  }

  #kept(address: string): Source | undefined {
    return this.#scratch.get<Source>(
      `select source, account, id as "addressId" from scratch_addresses join scratch_sources using (source)
        where scratch_addresses.address = ?`,
      address,
    );
  }

  #make(address: string, at: string): Source {
    const sender = readSender(address);
    if (sender.address === undefined) {
      this.#findings.note('no_address', shown(address));
      return this.#insert(address, null, sender.text, at);
    }
    const account = accountOf(sender.address);
    const known = this.#scratch.get<{ source: bigint; address: string }>(
      'select source, address from scratch_sources where account = ?',
      account,
    );
    if (known === undefined) return this.#insert(address, account, addressToBase58(accountAddress(sender.address)), at);
    this.#findings.note('several_addresses', `${address} is of the wallet of ${known.address}`);
    return this.#keepAddress(address, known.source, account, known.address);
  }

  #insert(address: string, account: AccountId | null, kept: string, at: string): Source {
    this.#last += 1n;
    this.#scratch.run(
      'insert into scratch_sources (source, account, address, first_at) values (?, ?, ?, ?)',
      this.#last,
      account,
      kept,
      at,
    );
    return this.#keepAddress(address, this.#last, account, kept);
  }

  #keepAddress(address: string, source: bigint, account: AccountId | null, kept: string): Source {
    this.#lastAddress += 1n;
    const shown = account === null ? address.trim() : senderShown(address, kept);
    this.#scratch.run('insert into scratch_addresses values (?, ?, ?, ?)', this.#lastAddress, address, source, shown);
    return { source, account, addressId: this.#lastAddress };
  }
}

/** An address in base58 is kept as it was written, with the payment id that it may have; the account's own for others. */
function senderShown(address: string, kept: string): string {
  return BASE58.test(address) && !HEX.test(address) ? address : kept;
}

const BASE58 = /^[1-9A-HJ-NP-Za-km-z]+$/;
const HEX = /^(?:[0-9a-f]{2})+$/i;

function isAddressOf(customerId: string, account: AccountId): boolean {
  try {
    return accountOf(syntheticAddressOf(customerId, networkOfAccount(account))) === account;
  } catch (error) {
    // No address is made for an id of such a length.
    if (error instanceof RangeError) return false;
    throw error;
  }
}
