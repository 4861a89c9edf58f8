import { UnreadableValue } from '#moving-over/old/values.ts';

/** What is found in an old database: what keeps it from being imported, and what is odd and comes over all the same. */

/** Each kind of oddness, with the sentence that stands over its list. */
export const ODDITIES = {
  settled_not_paid:
    'Orders that were charged and are not Paid; the order stays as it is, and what was charged is an entry by hand. The shop was told that it is paid, so look at each',
  paid_not_settled:
    'Orders that are Paid without having been charged their price; an entry by hand in the name of the customer stands for the rest',
  covered_not_paid:
    'Orders that are open though the money that names them is there; taritools admin accounts settle-customer pays them',
  below_zero: 'Addresses whose balance is below zero, and stays so; the next money of each pays it',
  overdrawn:
    'Addresses that paid orders with money they did not have; an entry by hand stands for it, and one that takes it back',
  unknown_order_settled: 'Settlements of orders that do not exist; entries by hand that take the money stand for them',
  unknown_order_named: 'Payments that name an order which does not exist; their money waits for it',
  several_addresses: 'Wallets that stand there under several addresses; they are one account here',
  merged_settlements: 'Orders that one wallet settled in several entries; they are one entry here',
  no_address: 'Senders that are no Tari addresses; their money credits no account',
  left_out: 'Rows that say nothing here, and are left out',
  changed_text: 'Texts with characters that not every database can store; U+FFFD stands for each',
} as const;
export type Oddity = keyof typeof ODDITIES;

/** So many are kept one by one of each kind; the others are counted. */
export const MAX_LISTED = 1000;

export interface FoundList {
  count: number;
  lines: string[];
}

export class Findings {
  /** What keeps the database from being imported: sentences with ids. */
  readonly problems: FoundList = { count: 0, lines: [] };
  readonly odd = new Map<Oddity, FoundList>();

  problem(sentence: string): void {
    add(this.problems, sentence);
  }

  note(kind: Oddity, line: string): void {
    let list = this.odd.get(kind);
    if (list === undefined) {
      list = { count: 0, lines: [] };
      this.odd.set(kind, list);
    }
    add(list, line);
  }

  /** Reads a row. One that can't be read is a problem, and undefined. @param what `order "1001"` */
  read<Row>(what: () => string, read: () => Row): Row | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UnreadableValue)) throw error;
      this.problem(`${what()}: ${error.message}.`);
      return undefined;
    }
  }
}

function add(list: FoundList, line: string): void {
  list.count += 1;
  if (list.lines.length < MAX_LISTED) list.lines.push(line);
}
