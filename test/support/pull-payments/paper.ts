/**
 * An agreement on paper, written from the rules of pull payments and not from the code: intervals are hours, and each that
 * begins raises what may be pulled in all.
 */

export interface PaperTerms {
  amount: bigint;
  cycles: number;
  cap: boolean;
  /** Units of the uplink are 10^digits of the agreement's. */
  digits: number;
}

export type PaperChange = Partial<Pick<PaperTerms, 'amount' | 'cap' | 'cycles'>>;

export interface PaperPacket {
  pull: string;
  number: number;
  amount: bigint;
  state: 'sent' | 'unknown' | 'fulfilled' | 'rejected';
  sentAt: number;
  settledAt: number | null;
  debit: bigint;
}

export interface PaperPull {
  sent: bigint;
  debit: bigint;
  startedAt: number;
  endedAt: number | null;
  isTold: boolean;
  lastHeard: number;
}

/** What follows from the intervals that have begun. */
interface Present {
  /** The number of the interval since the terms began. */
  cycle: number;
  /** The most that the total may become, and what it was when the interval began. */
  limit: bigint;
  totalBefore: bigint;
}

const HOUR = 3_600_000;
const EXPIRES_AFTER = 30_000;
const ANSWERS_WITHIN = 35_000;
const SILENCE = 5 * 60_000;

export class PaperAgreement {
  state: 'active' | 'paused' | 'cancelled' = 'active';
  terms: PaperTerms;
  revision = 1;
  /** All that was pulled. */
  total = 0n;
  /** How many packets were paid, and how many pulls told. */
  bookings = 0;
  told = 0;
  now: number;
  readonly packets = new Map<string, PaperPacket>();
  readonly pulls = new Map<string, PaperPull>();
  readonly createdAt: number;
  /** As it was last written down: what only was looked at is forgotten if the clock goes back. */
  #written: Present;
  /** How many intervals there were before the terms began. */
  #before = 0;
  /** The total when the terms last changed, and what was sent since then. */
  #base = 0n;
  #units = 0n;

  constructor(terms: PaperTerms, now: number) {
    this.terms = terms;
    this.createdAt = now;
    this.now = now;
    this.#written = { cycle: 1, limit: terms.amount, totalBefore: 0n };
  }

  get interval(): bigint {
    return this.total - this.present.totalBefore;
  }

  /** What is held, in the agreement's asset. */
  get held(): bigint {
    return this.#costOf(this.#units + this.#heldUnits) - this.#costOf(this.#units);
  }

  get available(): bigint {
    const left = this.present.limit - this.total - this.held;
    return this.state === 'active' && this.now >= this.startAt && left > 0n ? left : 0n;
  }

  get written(): Present {
    return this.#written;
  }

  /** When the terms began. */
  get startAt(): number {
    return this.createdAt + this.#before * HOUR;
  }

  /** With the intervals that have begun by now. */
  get present(): Present {
    let { cycle, limit, totalBefore } = this.#written;
    const reached = Math.floor((this.now - this.createdAt) / HOUR) + 1 - this.#before;
    const { amount, cycles, cap } = this.terms;
    while (cycle < reached) {
      cycle += 1;
      totalBefore = this.total;
      limit = (cap ? this.total : limit) + (cycle <= cycles ? amount : 0n);
    }
    return { cycle, limit, totalBefore };
  }

  reserve(pull: string, number: number, asked: bigint): bigint | 'later' {
    const key = `${pull} ${number}`;
    if (this.state !== 'active' || this.now < this.startAt) return 0n;
    if (this.packets.has(key) || (this.pulls.get(pull)?.endedAt ?? null) !== null) return 0n;
    const { limit, cycle } = this.present;
    // What was not pulled is lost, what rounding has left too.
    if (this.terms.cap && cycle > this.terms.cycles) return 0n;
    const most = this.#worthOf(limit - this.#base) - this.#units;
    const left = most - this.#heldUnits;
    const amount = asked < left ? asked : left;
    if (amount > 0n) {
      this.#write();
      const packet = { pull, number, amount, state: 'sent', sentAt: this.now, settledAt: null, debit: 0n } as const;
      this.packets.set(key, { ...packet });
      const fresh = { sent: 0n, debit: 0n, startedAt: this.now, endedAt: null, isTold: false };
      this.pulls.set(pull, { ...(this.pulls.get(pull) ?? fresh), lastHeard: this.now });
      return amount;
    }
    const isUnderWay = [...this.packets.values()].some(({ state }) => state === 'sent');
    return most > 0n && asked > 0n && isUnderWay ? 'later' : 0n;
  }

  /** Returns what is told: that a packet was paid, and that a pull is over. */
  settle(pull: string, number: number, outcome: 'fulfilled' | 'rejected' | 'unknown'): ('paid' | 'ended')[] {
    const packet = this.packets.get(`${pull} ${number}`);
    if (packet === undefined || packet.state === 'fulfilled' || packet.state === 'rejected') return [];
    if (packet.state === outcome) return [];
    packet.state = outcome;
    const of = this.pulls.get(pull) as PaperPull;
    if (outcome !== 'unknown') {
      of.lastHeard = this.now;
      packet.settledAt = this.now;
    }
    if (outcome === 'fulfilled') {
      this.#write();
      this.#units += packet.amount;
      packet.debit = this.#base + this.#costOf(this.#units) - this.total;
      this.total += packet.debit;
      this.bookings += 1;
      of.sent += packet.amount;
      of.debit += packet.debit;
    }
    return [...(outcome === 'fulfilled' ? (['paid'] as const) : []), ...this.#tell(pull)];
  }

  /** Returns whether it is told. */
  end(pull: string): ('paid' | 'ended')[] {
    const of = this.pulls.get(pull);
    if (of === undefined || of.endedAt !== null) return [];
    of.endedAt = this.now;
    return this.#tell(pull);
  }

  /** What a process does that takes over from one that died. */
  recover(): void {
    for (const { state, sentAt, pull, number } of this.packets.values()) {
      const isLate = sentAt + EXPIRES_AFTER + ANSWERS_WITHIN <= this.now;
      if (state === 'sent' && isLate) this.settle(pull, number, 'unknown');
    }
    for (const [pull, { lastHeard }] of this.pulls) if (lastHeard + SILENCE <= this.now) this.end(pull);
  }

  /** Returns whether anything changes. */
  change(change: PaperChange): boolean {
    const before = this.terms;
    const after = { ...before, ...change };
    if (after.amount === before.amount && after.cap === before.cap && after.cycles === before.cycles) return false;
    this.#write();
    const present = this.#written;
    const isOver = present.cycle > before.cycles;
    // What was entered since the last interval had been granted before: it takes nothing from what is granted from now on.
    if (isOver && before.cap) present.limit = this.total;
    let left = before.cycles;
    if (after.amount !== before.amount || after.cap !== before.cap) {
      // It counts from the present interval, or from the last one.
      const past = Math.min(present.cycle, before.cycles) - 1;
      present.cycle -= past;
      this.#before += past;
      left -= past;
      if (!(isOver && before.cap && after.cap)) present.limit += after.amount - before.amount;
    }
    after.cycles = change.cycles ?? left;
    const { cycle, totalBefore } = present;
    if (after.cap) present.limit = cycle <= after.cycles ? totalBefore + after.amount : this.total;
    else present.limit += after.amount * BigInt(Math.min(cycle, after.cycles) - Math.min(cycle, left));
    this.terms = after;
    this.revision += 1;
    this.#base = this.total;
    this.#units = 0n;
    return true;
  }

  #write(): void {
    this.#written = this.present;
  }

  get #heldUnits(): bigint {
    return [...this.packets.values()]
      .filter(({ state }) => state === 'sent' || state === 'unknown')
      .reduce((sum, { amount }) => sum + amount, 0n);
  }

  /** Rounded up. */
  #costOf(units: bigint): bigint {
    const { digits } = this.terms;
    if (digits < 0) return units * 10n ** BigInt(-digits);
    const scale = 10n ** BigInt(digits);
    return units % scale === 0n ? units / scale : units / scale + 1n;
  }

  /** Rounded down. */
  #worthOf(amount: bigint): bigint {
    const { digits } = this.terms;
    return digits < 0 ? amount / 10n ** BigInt(-digits) : amount * 10n ** BigInt(digits);
  }

  #tell(pull: string): 'ended'[] {
    const of = this.pulls.get(pull) as PaperPull;
    if (of.endedAt === null || of.isTold || of.sent === 0n) return [];
    if ([...this.packets.values()].some((packet) => packet.pull === pull && packet.state === 'sent')) return [];
    of.isTold = true;
    this.told += 1;
    return ['ended'];
  }
}
