import { createHash } from 'node:crypto';
import { PaperAgreement, type PaperChange, type PaperPacket, type PaperTerms } from '#test/pull-payments/paper.ts';
import { timeText } from '#test/simulation/timestamps.ts';
import { OPERATOR, type Paper, Refusal } from './reference-model.ts';

/** Pull payments on paper: what each input comes to, its events, and the rows that it leaves. */

export interface KeptAgreement {
  id: string;
  /** By which the pointer is found. */
  hash: string;
  isToken: boolean;
  number: number;
  paper: PaperAgreement;
  revisions: string[];
  tallies: { revision: number; number: number; units: bigint; held: bigint }[];
  updatedAt: number;
}

export interface KeptPacket {
  of: KeptAgreement;
  packet: PaperPacket;
  tally: number;
  cycle: number;
  booking: number | null;
  resolvedBy: string | null;
}

export interface KeptPull {
  of: KeptAgreement;
  id: string;
}

interface KeptPush {
  amount: bigint;
  packets: Map<number, bigint>;
  startedAt: number;
}

const SCALE = 5;

export class PaperPulls {
  readonly agreements: KeptAgreement[] = [];
  readonly packets: KeptPacket[] = [];
  readonly pulls: KeptPull[] = [];
  readonly #pushes = new Map<string, KeptPush>();
  readonly #paper: Paper;

  constructor(paper: Paper) {
    this.#paper = paper;
  }

  create(id: string, tokenHash: string | undefined, terms: PaperTerms): string {
    const known = this.agreements.find(({ hash }) => hash === tokenHash);
    if (known !== undefined) return `${this.#at(known).paper.available}`;
    const { now } = this.#paper;
    const agreement: KeptAgreement = {
      id,
      hash: tokenHash ?? hashOfId(id),
      isToken: tokenHash !== undefined,
      number: this.agreements.length + 1,
      paper: new PaperAgreement(terms, now),
      revisions: [],
      tallies: [],
      updatedAt: now,
    };
    this.agreements.push(agreement);
    this.#enterRevision(agreement, null);
    this.#append('PullAgreementCreated', agreement, { agreement: this.#view(agreement) });
    return `${agreement.paper.available}`;
  }

  reserve(of: KeptAgreement, pull: string, number: number, asked: bigint): bigint | 'later' {
    const { paper } = this.#at(of);
    const { cycle } = paper.written;
    const isNewPull = !paper.pulls.has(pull);
    const granted = paper.reserve(pull, number, asked);
    if (typeof granted === 'string' || granted === 0n) return granted;
    if (isNewPull) this.pulls.push({ of, id: pull });
    let tally = of.tallies.find(({ revision }) => revision === paper.revision);
    if (tally === undefined) {
      const last = Math.max(0, ...of.tallies.map((one) => one.number));
      tally = { revision: paper.revision, number: last + 1, units: 0n, held: 0n };
      of.tallies.push(tally);
    }
    tally.held += granted;
    const packet = paper.packets.get(`${pull} ${number}`) as PaperPacket;
    const present = paper.written.cycle;
    this.packets.push({ of, packet, tally: tally.number, cycle: present, booking: null, resolvedBy: null });
    if (present > cycle) of.updatedAt = paper.now;
    return granted;
  }

  settle(kept: KeptPacket, outcome: 'fulfilled' | 'rejected' | 'unknown'): void {
    const { of, packet } = kept;
    const { paper } = this.#at(of);
    const isOpen = packet.state === 'sent' || packet.state === 'unknown';
    const told = paper.settle(packet.pull, packet.number, outcome);
    if (isOpen && outcome !== 'unknown') {
      const tally = of.tallies.find(({ revision, number }) => revision === paper.revision && number === kept.tally);
      if (tally === undefined) throw new Error('What is held has no tally on paper');
      tally.held -= packet.amount;
      if (outcome === 'fulfilled') {
        tally.units += packet.amount;
        kept.booking = paper.bookings;
        of.updatedAt = paper.now;
      }
    }
    this.#tell(told, kept);
  }

  end({ of, id }: KeptPull): void {
    this.#tellEnded(this.#at(of).paper.end(id), of, id);
  }

  resolve(kept: KeptPacket | undefined, outcome: 'fulfilled' | 'rejected'): string {
    if (kept === undefined) throw new Refusal('pull_packet_not_found');
    if (kept.packet.state !== 'unknown') throw new Refusal('pull_packet_not_unknown');
    kept.resolvedBy = OPERATOR;
    this.settle(kept, outcome);
    this.#paper.record('resolve packet', subjectOf(kept.of));
    return `${outcome} ${kept.packet.debit}`;
  }

  update(agreement: KeptAgreement, change: PaperChange): string {
    if (agreement.paper.state === 'cancelled') throw new Refusal('pull_pointer_not_found');
    this.#changeTerms(agreement, change, null);
    return this.#words(agreement);
  }

  change(agreement: KeptAgreement | undefined, change: PaperChange, reason: string): string {
    const kept = this.#changeable(agreement);
    if (this.#changeTerms(kept, change, reason)) this.#paper.record('change pull pointer', subjectOf(kept));
    return this.#words(kept);
  }

  setState(
    agreement: KeptAgreement | undefined,
    action: 'pause' | 'resume' | 'cancel',
    state: PaperAgreement['state'],
    reason: string,
  ): string {
    const kept = this.#changeable(agreement);
    const { paper } = this.#at(kept);
    if (paper.state === state) return this.#words(kept);
    paper.state = state;
    kept.updatedAt = paper.now;
    const change = { pause: 'paused', resume: 'resumed', cancel: 'cancelled' }[action];
    this.#append('PullAgreementChanged', kept, { agreement: this.#view(kept), change, reason });
    this.#paper.record(`${action} pull pointer`, subjectOf(kept));
    return this.#words(kept);
  }

  book({ pushId, packet, amount }: { pushId: string; packet: number; amount: bigint }): boolean {
    const { now } = this.#paper;
    const push = this.#pushes.get(pushId) ?? { amount: 0n, packets: new Map(), startedAt: now };
    if (push.packets.has(packet)) return false;
    this.#pushes.set(pushId, push);
    push.amount += amount;
    push.packets.set(packet, amount);
    const view = {
      id: pushId,
      asset_code: 'XRP',
      asset_scale: SCALE,
      amount: String(push.amount),
      packets: push.packets.size,
      started_at: timeText(push.startedAt),
      updated_at: timeText(now),
    };
    this.#paper.append('PushReceived', `push ${pushId}`, JSON.stringify({ amount: String(amount), push: view }));
    return true;
  }

  /** The rows of each table as text. */
  readonly rows = {
    agreements: () =>
      this.agreements
        .map(({ id, number, isToken, updatedAt, paper: { state, revision, total, written, bookings } }) =>
          [number, id, isToken ? 'token' : 'online', state, revision, total, written.cycle, written.totalBefore]
            .concat([bookings, timeText(updatedAt)])
            .join('|'),
        )
        .join('\n'),
    revisions: () => this.agreements.flatMap(({ revisions }) => revisions).join('\n'),
    tallies: () =>
      this.agreements
        .flatMap(({ id, tallies }) => tallies.map((tally) => [id, ...Object.values(tally)].join('|')))
        .join('\n'),
    pulls: () =>
      this.pulls
        .map(({ of, id }, index) => {
          const { sent, debit, isTold, startedAt, endedAt } = this.#pullOf(of, id);
          const held = [...of.paper.packets.values()]
            .filter(({ pull, state }) => pull === id && (state === 'sent' || state === 'unknown'))
            .reduce((sum, { amount }) => sum + amount, 0n);
          const times = [timeText(startedAt), endedAt === null ? '-' : timeText(endedAt)];
          return [index + 1, id, sent, held, debit, isTold ? 1 : 0, ...times].join('|');
        })
        .join('\n'),
    packets: () =>
      this.packets
        .map(({ packet, tally, cycle, booking, resolvedBy }, index) => {
          const { pull, number, amount, state, debit, settledAt } = packet;
          const settled = settledAt === null ? '-' : timeText(settledAt);
          return [
            index + 1,
            pull,
            number,
            amount,
            tally,
            cycle,
            state,
            debit,
            booking ?? '-',
            settled,
            resolvedBy ?? '-',
          ].join('|');
        })
        .join('\n'),
    pushes: () =>
      [...this.#pushes]
        .map(([id, { amount, packets }], index) => `${index + 1}|${id}|${amount}|${packets.size}`)
        .join('\n'),
    pushPackets: () =>
      [...this.#pushes]
        .flatMap(([id, { packets }]) => [...packets].map(([packet, amount]) => `${id}|${packet}|${amount}`))
        .join('\n'),
  };

  /** The agreement at the time of the paper. */
  #at(agreement: KeptAgreement): KeptAgreement {
    agreement.paper.now = this.#paper.now;
    return agreement;
  }

  #changeable(agreement: KeptAgreement | undefined): KeptAgreement {
    if (agreement === undefined) throw new Refusal('pull_pointer_not_found');
    if (agreement.paper.state === 'cancelled') throw new Refusal('pull_pointer_cancelled');
    return this.#at(agreement);
  }

  /** Returns whether anything changed. */
  #changeTerms(agreement: KeptAgreement, change: PaperChange, reason: string | null): boolean {
    const { paper, tallies } = this.#at(agreement);
    const before = paper.revision;
    if (!paper.change(change)) return false;
    agreement.updatedAt = paper.now;
    this.#enterRevision(agreement, reason === null ? null : OPERATOR);
    for (const tally of tallies.filter(({ revision, held }) => revision === before && held > 0n)) {
      tallies.push({ ...tally, revision: paper.revision, units: 0n });
      tally.held = 0n;
    }
    this.#append('PullAgreementChanged', agreement, { agreement: this.#view(agreement), change: 'terms', reason });
    return true;
  }

  #enterRevision({ id, paper, revisions }: KeptAgreement, by: string | null): void {
    const { revision, terms, total, interval, written, startAt } = paper;
    const { amount, cycles, cap } = terms;
    const carried = [total, interval, written.cycle, timeText(startAt), by ?? '-'];
    revisions.push([id, revision, amount, cycles, cap ? 1 : 0, ...carried].join('|'));
  }

  #tell(told: readonly ('paid' | 'ended')[], kept: KeptPacket): void {
    const { of, packet, resolvedBy } = kept;
    if (told.includes('paid')) {
      const proof = packet.number % 256;
      this.#append('PullPacketPaid', of, {
        ...this.#shown(of),
        packet: {
          id: this.packets.indexOf(kept) + 1,
          pull_id: packet.pull,
          amount: String(packet.amount),
          debit: String(packet.debit),
          state: packet.state,
          reject_code: null,
          fulfillment: resolvedBy === null ? proof.toString(16).padStart(2, '0').repeat(32) : null,
          sent_at: timeText(packet.sentAt),
          settled_at: timeText(packet.settledAt ?? 0),
          resolved_by: resolvedBy,
        },
      });
    }
    this.#tellEnded(told, of, packet.pull);
  }

  #tellEnded(told: readonly ('paid' | 'ended')[], of: KeptAgreement, id: string): void {
    if (!told.includes('ended')) return;
    const { sent, debit, startedAt, endedAt } = this.#pullOf(of, id);
    this.#append('PullEnded', of, {
      ...this.#shown(of),
      pull: {
        id,
        asset_code: 'XRP',
        asset_scale: SCALE + of.paper.terms.digits,
        sent: String(sent),
        debit: String(debit),
        started_at: timeText(startedAt),
        ended_at: timeText(endedAt ?? 0),
      },
    });
  }

  #pullOf({ paper }: KeptAgreement, id: string) {
    const pull = paper.pulls.get(id);
    if (pull === undefined) throw new Error(`There is no pull ${id} on paper`);
    return pull;
  }

  #append(type: string, agreement: KeptAgreement, payload: object): void {
    this.#paper.append(type, subjectOf(agreement), JSON.stringify(payload));
  }

  #shown(agreement: KeptAgreement) {
    const { number, id_begins, reference, balance } = this.#view(agreement);
    return { agreement: { number, id_begins, reference }, balance };
  }

  #view({ id, number, isToken, paper, updatedAt }: KeptAgreement) {
    const { state, revision, terms, total, interval, available, held, present, startAt, createdAt } = paper;
    return {
      number,
      id_begins: id.slice(0, 8),
      reference: null,
      source: isToken ? 'token' : 'online',
      state,
      revision,
      amount: String(terms.amount),
      asset_code: 'XRP',
      asset_scale: SCALE,
      start: timeText(startAt),
      expiry: null,
      interval: 'PT1H',
      cycles: terms.cycles,
      cap: terms.cap,
      max_pull: null,
      description: null,
      balance: {
        total: String(total),
        interval: String(interval),
        available: String(available),
        held: String(held),
        cycle: present.cycle,
      },
      created_at: timeText(createdAt),
      updated_at: timeText(updatedAt),
    };
  }

  #words(agreement: KeptAgreement): string {
    const { state, revision, total, interval, available } = this.#at(agreement).paper;
    return `${state} ${revision} ${total}/${interval}/${available}`;
  }
}

function subjectOf({ id }: KeptAgreement): string {
  return `pull pointer ${id.slice(0, 8)}`;
}

/** By which a pointer is found that was made online. */
function hashOfId(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}
