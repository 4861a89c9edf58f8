/**
 * An agreement on paper, written from the rules of pull payments and not from the code: intervals have a fixed length, and
 * each that begins raises what may be pulled in all.
 */

export interface PaperTerms {
  amount: bigint;
  cycles: number;
  cap: boolean;
  /** Units of the uplink are 10^digits of the agreement's. */
  digits: number;
}

type PacketState = 'sent' | 'unknown' | 'fulfilled' | 'rejected';

interface PaperPacket {
  pull: string;
  amount: bigint;
  state: PacketState;
  expiresAt: number;
}

interface PaperPull {
  sent: bigint;
  isOver: boolean;
  isTold: boolean;
  lastHeard: number;
}

const HOUR = 3_600_000;
const EXPIRES_AFTER = 30_000;
const ANSWERS_WITHIN = 35_000;
const SILENCE = 5 * 60_000;

export class PaperAgreement {
  state: 'active' | 'paused' | 'cancelled' = 'active';
  /** All that was pulled, and the part of it in the present interval. */
  total = 0n;
  interval = 0n;
  /** How many pulls were told. */
  told = 0;
  readonly packets = new Map<string, PaperPacket>();
  readonly pulls = new Map<string, PaperPull>();
  #terms: PaperTerms;
  readonly #startedAt: number;
  #now: number;
  /** The number of the present interval since the terms began, and how many intervals there were before. */
  #cycle = 1;
  #before = 0;
  /** The most that `total` may become. */
  #limit: bigint;
  /** The total when the terms last changed, and what was sent since then. */
  #base = 0n;
  #units = 0n;

  constructor(terms: PaperTerms, now: number) {
    this.#terms = terms;
    this.#startedAt = now;
    this.#now = now;
    this.#limit = terms.amount;
  }

  get available(): bigint {
    const held = this.#costOf(this.#units + this.#held) - this.#costOf(this.#units);
    const left = this.#limit - this.total - held;
    return this.state === 'active' && left > 0n ? left : 0n;
  }

  pass(milliseconds: number): void {
    this.#now += milliseconds;
    const reached = Math.floor((this.#now - this.#startedAt) / HOUR) + 1 - this.#before;
    while (this.#cycle < reached) {
      this.#cycle += 1;
      this.interval = 0n;
      const { amount, cycles, cap } = this.#terms;
      const granted = this.#cycle <= cycles ? amount : 0n;
      this.#limit = (cap ? this.total : this.#limit) + granted;
    }
  }

  reserve(pull: string, packet: number, asked: bigint): bigint | 'later' {
    const key = `${pull} ${packet}`;
    if (this.state !== 'active' || this.packets.has(key) || this.pulls.get(pull)?.isOver) return 0n;
    const most = this.#worthOf(this.#limit - this.#base) - this.#units;
    const left = most - this.#held;
    const amount = asked < left ? asked : left;
    if (amount > 0n) {
      this.packets.set(key, { pull, amount, state: 'sent', expiresAt: this.#now + EXPIRES_AFTER });
      const known = this.pulls.get(pull) ?? { sent: 0n, isOver: false, isTold: false };
      this.pulls.set(pull, { ...known, lastHeard: this.#now });
      return amount;
    }
    const isUnderWay = [...this.packets.values()].some(({ state }) => state === 'sent');
    return most > 0n && asked > 0n && isUnderWay ? 'later' : 0n;
  }

  settle(pull: string, number: number, outcome: 'fulfilled' | 'rejected' | 'unknown'): void {
    const packet = this.packets.get(`${pull} ${number}`);
    if (packet === undefined || packet.state === 'fulfilled' || packet.state === 'rejected') return;
    const isNews = outcome !== 'unknown';
    packet.state = outcome;
    const of = this.pulls.get(pull) as PaperPull;
    if (isNews) of.lastHeard = this.#now;
    if (outcome === 'fulfilled') {
      const before = this.total;
      this.#units += packet.amount;
      this.total = this.#base + this.#costOf(this.#units);
      this.interval += this.total - before;
      of.sent += packet.amount;
    }
    this.#tell(pull);
  }

  end(pull: string): void {
    const of = this.pulls.get(pull);
    if (of === undefined) return;
    of.isOver = true;
    this.#tell(pull);
  }

  /** What a process does that takes over from one that died. */
  recover(): void {
    for (const [key, { state, expiresAt, pull }] of this.packets) {
      if (state !== 'sent' || expiresAt + ANSWERS_WITHIN > this.#now) continue;
      this.settle(pull, Number(key.split(' ').at(-1)), 'unknown');
    }
    for (const [pull, { isOver, lastHeard }] of this.pulls) {
      if (!isOver && lastHeard + SILENCE <= this.#now) this.end(pull);
    }
  }

  change(change: Partial<Pick<PaperTerms, 'amount' | 'cap' | 'cycles'>>): void {
    const before = this.#terms;
    const after = { ...before, ...change };
    if (after.amount === before.amount && after.cap === before.cap && after.cycles === before.cycles) return;
    const isOver = this.#cycle > before.cycles;
    if (after.amount !== before.amount || after.cap !== before.cap) {
      // It counts from the present interval, or from the last one.
      const past = Math.min(this.#cycle, before.cycles) - 1;
      this.#cycle -= past;
      this.#before += past;
      if (change.cycles === undefined) after.cycles -= past;
      if (!(isOver && before.cap && after.cap)) this.#limit += after.amount - before.amount;
      const left = change.cycles === undefined ? after.cycles : before.cycles - past;
      this.#limitTo(after, left, change.cycles);
    } else this.#limitTo(after, before.cycles, change.cycles);
    this.#terms = after;
    this.#base = this.total;
    this.#units = 0n;
  }

  /** The limit under a new number of intervals, and under the cap if there is one. */
  #limitTo({ amount, cap }: PaperTerms, before: number, after: number | undefined): void {
    const cycles = after ?? before;
    if (cap) this.#limit = this.#cycle <= cycles ? this.total - this.interval + amount : this.total;
    else this.#limit += amount * BigInt(Math.min(this.#cycle, cycles) - Math.min(this.#cycle, before));
  }

  get #held(): bigint {
    return [...this.packets.values()]
      .filter(({ state }) => state === 'sent' || state === 'unknown')
      .reduce((sum, { amount }) => sum + amount, 0n);
  }

  /** Rounded up. */
  #costOf(units: bigint): bigint {
    const { digits } = this.#terms;
    if (digits < 0) return units * 10n ** BigInt(-digits);
    const scale = 10n ** BigInt(digits);
    return units % scale === 0n ? units / scale : units / scale + 1n;
  }

  /** Rounded down. */
  #worthOf(amount: bigint): bigint {
    const { digits } = this.#terms;
    return digits < 0 ? amount / 10n ** BigInt(-digits) : amount * 10n ** BigInt(digits);
  }

  #tell(pull: string): void {
    const of = this.pulls.get(pull) as PaperPull;
    if (!of.isOver || of.isTold || of.sent === 0n) return;
    if ([...this.packets.values()].some((packet) => packet.pull === pull && packet.state === 'sent')) return;
    of.isTold = true;
    this.told += 1;
  }
}
