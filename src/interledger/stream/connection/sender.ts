import { maxOf, minOf } from '#interledger/bytes.ts';
import { describedError, kindOfError } from '#interledger/ilp/error-codes.ts';
import { FULFILL, REJECT, type Reply, readReply } from '#interledger/ilp/packet.ts';
import { orUndefined } from '#interledger/packet-error.ts';
import { fulfills } from '#interledger/stream/crypto.ts';
import { CLOSE_CODES, type Frame } from '#interledger/stream/frames.ts';
import { openStreamPacket, type StreamPacket } from '#interledger/stream/packet.ts';
import type { SettleAction } from './actions.ts';
import { News } from './news.ts';
import { moneyPacket, type Outgoing, type Purpose, plainPacket, preparePacket, reduceTo } from './outgoing.ts';
import { PacketSize } from './packet-size.ts';
import { deliveredBy, PRECISE, type Rate, sentFor } from './rate.ts';
import { RateProbe } from './rate-probe.ts';
import type { ConnectionState } from './state.ts';
import type { Stream } from './streams.ts';

/** Connectors take time off a packet's life; one with less than this left when it was reserved is not sent. */
const MIN_LIFE_MS = 2_000;

/** After a refusal, doubled with each in a row. */
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 10_000;

/** Until money that is held elsewhere may be free again. */
const DEFERRED_PAUSE_MS = 500;

/** Packets whose fate is unknown, in the life of a connection. A path that loses more is not to be used. */
const MAX_UNKNOWN = 20;

/** By these receivers refuse; a STREAM packet with them is the receiver's own (RFC 0029 names F99, newer ones use all). */
const CODES_OF_RECEIVERS: ReadonlySet<string> = new Set(['F99', 'F04', 'F05']);

/** The half of a connection that sends packets (RFC 0029, 3.4 to 3.6 and 4.4). */
export class Sender {
  readonly #state: ConnectionState;
  readonly #news = new News();
  readonly #size = new PacketSize();
  readonly #probe = new RateProbe(this.#size);
  readonly #outgoing = new Map<number, Outgoing>();
  #lastPacket = 0;
  #failures = 0;
  #pausedUntilMs = 0;
  #lastServed = 0;
  #hasSaidFarewell = false;

  constructor(state: ConnectionState) {
    this.#state = state;
    if (state.options.role === 'client') this.#news.add('self', () => this.#introduction());
  }

  /** Packets that may still be settled by an answer in time. */
  get underWay(): number {
    return this.#count(({ phase }) => phase !== 'unknown');
  }

  /** When something is to be done without an answer having come; undefined if nothing is. */
  get nextWakeMs(): number | undefined {
    const times = [...this.#outgoing.values()]
      .filter(({ phase }) => phase === 'sent')
      .map((one) => this.#deadlineOf(one));
    if (this.#pausedUntilMs > 0 && this.#state.ended === undefined) times.push(this.#pausedUntilMs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** The peer has to hear of a stream's limits. */
  tellLimits(stream: Stream): void {
    this.#news.add(`limits ${stream.id}`, () => stream.limitFrames());
  }

  /** Sends what can be sent now. Called after everything that may have changed it. */
  pump(nowMs: number): void {
    const state = this.#state;
    if (nowMs >= this.#pausedUntilMs) this.#pausedUntilMs = 0;
    if (state.ended === undefined) this.#endWhatIsDone();
    this.#gatherCloses();
    if (state.ended !== undefined) {
      this.#sayFarewell(nowMs);
      return;
    }
    if (state.peerAddress === undefined || this.#pausedUntilMs > 0) return;
    this.#sendMoney(nowMs);
    if (this.#news.hasAny && !this.#isUnderWay('tell')) this.#send(this.#plain('tell', 0n, nowMs));
  }

  /** Gives up packets whose answer did not come in time. */
  expire(nowMs: number): void {
    for (const one of [...this.#outgoing.values()]) {
      if (one.phase === 'sent' && nowMs >= this.#deadlineOf(one)) this.#noAnswer(one, nowMs);
    }
  }

  // ---- What the owner answers --------------------------------------------------------------------------------------

  reserved(packet: number, granted: bigint, nowMs: number): void {
    const one = this.#reserving(packet);
    if (granted < 0n || granted > one.amount) throw new RangeError(`${granted} of ${one.amount} can't be granted.`);
    if (granted === 0n) {
      this.#release(one);
      one.stream.isDry = true;
      return;
    }
    reduceTo(one, granted, this.#state.rates?.last);
    const { ended, streams, rates } = this.#state;
    const isSendable = ended === undefined && rates !== undefined && streams.get(one.stream.id) === one.stream;
    if (isSendable && one.expiresAtMs - nowMs >= MIN_LIFE_MS) {
      one.phase = 'sent';
      this.#send(one);
    } else {
      this.#settle(one, { outcome: 'rejected' });
    }
  }

  deferred(packet: number, nowMs: number): void {
    this.#release(this.#reserving(packet));
    this.#pausedUntilMs = nowMs + DEFERRED_PAUSE_MS;
  }

  replied(packet: number, bytes: Uint8Array, nowMs: number): void {
    const one = this.#outgoing.get(packet);
    // Twice answered, or given up as without meaning: nothing of it counts any more.
    if (one === undefined || one.phase === 'reserving') return;
    const reply = orUndefined(() => readReply(bytes));
    if (reply === undefined) {
      this.#noAnswer(one, nowMs);
      return;
    }
    if (reply.type === 'fulfill') this.#fulfilled(one, reply, nowMs);
    else this.#rejected(one, reply, nowMs);
  }

  lost(packet: number, nowMs: number): void {
    const one = this.#outgoing.get(packet);
    if (one?.phase === 'sent') this.#noAnswer(one, nowMs);
  }

  unsent(packet: number, nowMs: number): void {
    const one = this.#outgoing.get(packet);
    if (one?.phase !== 'sent') return;
    this.#settle(one, { outcome: 'rejected' });
    this.#news.failed(one.news);
    this.#failed(nowMs, 'The uplink could not send.');
  }

  // ---- Replies -----------------------------------------------------------------------------------------------------

  #fulfilled(one: Outgoing, reply: Reply & { type: 'fulfill' }, nowMs: number): void {
    // A wrong preimage proves no payment, but the sender of the answer may have taken the money: its fate is unknown.
    if (!fulfills(reply.fulfillment, one.condition)) {
      this.#noAnswer(one, nowMs);
      return;
    }
    const answer = this.#authentic(one, reply.data, FULFILL, nowMs);
    const delivered = answer !== undefined && answer.amount > one.minimum ? answer.amount : one.minimum;
    this.#settle(one, { outcome: 'fulfilled', delivered, fulfillment: reply.fulfillment });
    this.#failures = 0;
    this.#size.passed();
    const { rates } = this.#state;
    const isPrecise = one.purpose === 'money' && delivered >= PRECISE;
    if (isPrecise && this.#wentToPeer(one) && rates !== undefined) rates.last = { delivered, sent: one.amount };
    if (answer === undefined) this.#news.failed(one.news);
    else this.#heard(one, answer);
  }

  #rejected(one: Outgoing, reply: Reply & { type: 'reject' }, nowMs: number): void {
    this.#settle(one, { outcome: 'rejected', code: reply.code });
    const isOfReceiver = CODES_OF_RECEIVERS.has(reply.code);
    const answer = isOfReceiver ? this.#authentic(one, reply.data, REJECT, nowMs) : undefined;
    if (answer === undefined) this.#news.failed(one.news);
    else this.#heard(one, answer);
    if (one.purpose === 'farewell') return;
    if (answer !== undefined && one.purpose === 'probe') {
      if (this.#wentToPeer(one)) this.#measured(one.amount, answer.amount);
      return;
    }
    if (answer !== undefined && one.purpose === 'tell') return;
    if (reply.code === 'F08') this.#size.tooLarge(one.amount, reply.data);
    if (reply.code === 'T04') this.#size.noLiquidity(one.amount);
    const isHopeless = kindOfError(reply.code) === 'final' && !isOfReceiver && reply.code !== 'F08';
    if (isHopeless) this.#state.end('internalError', `The path refuses: ${describedError(reply.code)}.`);
    else this.#failed(nowMs, describedError(reply.code), reply.code === 'F08');
  }

  /** The answer of the peer, if it is one to this very packet (RFC 0029, 5.2). */
  #authentic(one: Outgoing, data: Uint8Array, carrier: typeof FULFILL | typeof REJECT, nowMs: number) {
    const answer = orUndefined(() => openStreamPacket(this.#state.keys.encryption, data, carrier));
    if (answer === undefined || answer.sequence !== BigInt(one.packet)) return undefined;
    this.#state.lastActiveMs = nowMs;
    return answer;
  }

  /** Whether the packet went to where the peer is now. Only such a packet shows the rate of the path. */
  #wentToPeer({ destination }: Outgoing): boolean {
    return destination === this.#state.peerAddress;
  }

  #heard(one: Outgoing, answer: StreamPacket): void {
    this.#news.arrived(one.news);
    this.#state.hear(answer.frames);
  }

  #measured(sent: bigint, delivered: bigint): void {
    const { streams, options } = this.#state;
    const sendable = maxOf(0n, ...streams.open.map((stream) => stream.sendable));
    const rate = this.#probe.measured({ delivered, sent }, sendable, options.leastRate);
    if (rate === 'larger') return;
    if (rate === 'too low') this.#state.end('applicationError', 'The exchange rate of the path is too low.');
    else this.#state.rates = { measured: rate, last: rate };
    this.#failures = 0;
  }

  #noAnswer(one: Outgoing, nowMs: number): void {
    if (one.phase === 'unknown') return;
    this.#news.failed(one.news);
    if (one.purpose === 'farewell') {
      this.#outgoing.delete(one.packet);
      return;
    }
    if (one.purpose === 'money') this.#settle(one, { outcome: 'unknown' });
    else this.#outgoing.delete(one.packet);
    const unknown = this.#count(({ phase }) => phase === 'unknown');
    if (unknown >= MAX_UNKNOWN) this.#state.end('internalError', 'The fate of too many packets is unknown.');
    this.#failed(nowMs, 'A packet was not answered.');
  }

  #failed(nowMs: number, why: string, isAtOnce = false): void {
    this.#failures += 1;
    if (this.#failures > this.#state.limits.maxFailures) this.#state.end('internalError', `Too many refusals: ${why}`);
    if (isAtOnce) return;
    this.#pausedUntilMs = nowMs + Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), MAX_PAUSE_MS);
  }

  // ---- Money -------------------------------------------------------------------------------------------------------

  #sendMoney(nowMs: number): void {
    for (const stream of this.#inTurn()) {
      if (stream.isDry || stream.sendable <= 0n || stream.wanted === 0n) continue;
      if (this.#state.rates === undefined) {
        this.#sendProbe(stream, nowMs);
        return;
      }
      this.#reserveFor(stream, this.#state.rates.last, nowMs);
    }
  }

  #reserveFor(stream: Stream, rate: Rate, nowMs: number): void {
    while (
      this.#count(({ purpose, phase }) => purpose === 'money' && phase !== 'unknown') < this.#state.limits.maxInFlight
    ) {
      const amount = this.#nextAmount(stream, rate);
      const packet = amount === 0n ? undefined : this.#nextPacket();
      if (packet === undefined) return;
      const expiresAtMs = nowMs + this.#state.limits.packetLifeMs;
      this.#outgoing.set(packet, moneyPacket(packet, stream, amount, rate, expiresAtMs));
      this.#lastServed = stream.id;
      this.#state.want({ kind: 'reserve', packet, streamId: stream.id, amount, expiresAtMs });
    }
  }

  /** What the next packet could carry; 0 if nothing of it would arrive. */
  #nextAmount(stream: Stream, rate: Rate): bigint {
    const wanted = stream.wanted;
    const most = wanted === undefined ? stream.sendable : minOf(stream.sendable, sentFor(rate, wanted));
    const amount = most <= 0n ? 0n : this.#size.fitting(most);
    return deliveredBy(rate, amount) === 0n ? 0n : amount;
  }

  #sendProbe(stream: Stream, nowMs: number): void {
    if (this.#isUnderWay('probe')) return;
    const amount = this.#probe.next(stream.sendable);
    if (amount === 0n) this.#state.end('internalError', 'The path carries no packet, however small.');
    else this.#send(this.#plain('probe', amount, nowMs));
  }

  /** The streams, beginning behind the one that was served last, so that none waits for ever. */
  #inTurn(): Stream[] {
    const all = this.#state.streams.open;
    return [...all.filter(({ id }) => id > this.#lastServed), ...all.filter(({ id }) => id <= this.#lastServed)];
  }

  /** A stream from which nothing more can come is closed, so that the peer does not wait (RFC 0029, 4.4.2). */
  #endWhatIsDone(): void {
    const { streams, rates } = this.#state;
    for (const stream of streams.open) {
      if (stream.sendMax === 0n || this.#count((one) => one.stream === stream && one.phase !== 'unknown') > 0) continue;
      const isSpent = stream.isDry || stream.sendable <= 0n;
      const isStuck = rates !== undefined && stream.wanted !== 0n && this.#nextAmount(stream, rates.last) === 0n;
      if (isSpent || isStuck) this.#state.endStream(stream, 'noError', '');
    }
  }

  /** Gives a reservation back that was not granted. */
  #release(one: Outgoing): void {
    reduceTo(one, 0n, undefined);
    this.#outgoing.delete(one.packet);
  }

  /** Tells the owner how a packet with money ended. One that is unknown is kept, as an answer may still come. */
  #settle(one: Outgoing, how: Pick<SettleAction, 'outcome'> & Partial<SettleAction>): void {
    if (how.outcome !== 'unknown') this.#outgoing.delete(one.packet);
    const { stream, packet, amount } = one;
    if (stream === undefined) return;
    stream.arriving -= one.arriving;
    one.arriving = 0n;
    if (how.outcome === 'unknown') one.phase = 'unknown';
    else stream.held -= amount;
    if (how.outcome === 'fulfilled') {
      stream.sent += amount;
      stream.delivered += how.delivered ?? 0n;
    }
    if (how.outcome === 'rejected') stream.isDry = false;
    this.#state.want({ kind: 'settle', packet, streamId: stream.id, amount, delivered: 0n, ...how });
  }

  // ---- Packets -----------------------------------------------------------------------------------------------------

  #send(one: Outgoing | undefined): void {
    const { peerAddress } = this.#state;
    if (one === undefined || peerAddress === undefined) return;
    const { names, frames } = one.purpose === 'farewell' ? this.#farewell() : this.#news.take();
    if (one.stream !== undefined) {
      frames.push({ type: 'streamMoney', streamId: BigInt(one.stream.id), shares: one.amount });
    }
    one.news = names;
    this.#outgoing.set(one.packet, one);
    const prepare = preparePacket(this.#state, one, peerAddress, frames);
    this.#state.want({ kind: 'send', packet: one.packet, prepare, expiresAtMs: one.expiresAtMs });
  }

  #plain(purpose: Purpose, amount: bigint, nowMs: number): Outgoing | undefined {
    const packet = this.#nextPacket();
    if (packet === undefined) return undefined;
    return plainPacket(packet, purpose, amount, nowMs + this.#state.limits.packetLifeMs);
  }

  /** Undefined when the connection has had all its packets; it ends then, and only its farewell has another. */
  #nextPacket(): number | undefined {
    if (this.#lastPacket >= this.#state.limits.maxPackets && this.#state.ended === undefined) {
      this.#state.end('internalError', 'The connection had too many packets.');
      return undefined;
    }
    this.#lastPacket += 1;
    return this.#lastPacket;
  }

  #sayFarewell(nowMs: number): void {
    if (this.#hasSaidFarewell || this.#state.ended?.isByPeer !== false) return;
    this.#hasSaidFarewell = true;
    this.#send(this.#plain('farewell', 0n, nowMs));
  }

  #farewell(): { names: string[]; frames: Frame[] } {
    const { reason = 'noError', message = '' } = this.#state.ended ?? {};
    return { names: [], frames: [{ type: 'connectionClose', code: CLOSE_CODES[reason], message }] };
  }

  #introduction(): Frame[] {
    const { address, asset } = this.#state.options;
    return [
      { type: 'connectionNewAddress', address },
      { type: 'connectionAssetDetails', assetCode: asset.code, assetScale: asset.scale },
    ];
  }

  #gatherCloses(): void {
    for (const [id, frame] of this.#state.closes) {
      this.#news.drop(`limits ${id}`);
      this.#news.add(`close ${id}`, () => [frame]);
    }
    this.#state.closes.clear();
  }

  #reserving(packet: number): Outgoing & { stream: Stream } {
    const one = this.#outgoing.get(packet);
    if (one?.phase !== 'reserving' || one.stream === undefined) {
      throw new RangeError(`The packet ${packet} is not being reserved.`);
    }
    return one as Outgoing & { stream: Stream };
  }

  #deadlineOf({ expiresAtMs }: Outgoing): number {
    return expiresAtMs + this.#state.limits.replyGraceMs;
  }

  #isUnderWay(wanted: Purpose): boolean {
    return this.#count(({ purpose }) => purpose === wanted) > 0;
  }

  #count(isMeant: (one: Outgoing) => boolean): number {
    let count = 0;
    for (const one of this.#outgoing.values()) if (isMeant(one)) count += 1;
    return count;
  }
}
