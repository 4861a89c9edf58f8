import type { PullPaymentsService } from '#pull-payments/service-type.ts';
import type { BookedPush, ReservedPacket, SettledPacket, UplinkState } from '#pull-payments/types.ts';

type Used = 'identity' | 'isOpen' | 'reserve' | 'settle' | 'endPull' | 'book' | 'uplinkChanged';

type Packet = ReservedPacket & { granted: bigint; states: SettledPacket['outcome'][]; fulfillment: Uint8Array | null };

/** The service as the endpoint sees it, with books in memory that check what they are told. */
export class Books implements Pick<PullPaymentsService, Used> {
  /** What may be pulled in all, by agreement. One that is not here is not open. */
  readonly agreements = new Map<string, bigint>();
  readonly packets = new Map<string, Packet>();
  readonly pushes: BookedPush[] = [];
  readonly ended: string[] = [];
  readonly states: UplinkState[] = [];
  lookUps = 0;
  /** Called before each call; may wait or throw. */
  before: (call: Used, about: object) => Promise<void> = async () => undefined;
  /** Called when a call is done but its answer is not given yet. */
  after: (call: Used, about: object) => Promise<void> = async () => undefined;

  /** For ports that name the whole service: the endpoint uses nothing else of it. */
  get service(): PullPaymentsService {
    return this as unknown as PullPaymentsService;
  }

  get state(): UplinkState | undefined {
    return this.states.at(-1);
  }

  /** Of an agreement: paid, and held by packets that are under way or unknown. */
  sumOf(agreementId: string): { paid: bigint; held: bigint; unknown: number } {
    let [paid, held, unknown] = [0n, 0n, 0];
    for (const { agreementId: id, granted, states } of this.packets.values()) {
      if (id !== agreementId) continue;
      const state = states.at(-1);
      if (state === 'fulfilled') paid += granted;
      if (state === undefined || state === 'unknown') held += granted;
      if (state === 'unknown') unknown += 1;
    }
    return { paid, held, unknown };
  }

  async identity() {
    return { seed: new Uint8Array(32).fill(5), btpToken: 'token-of-the-identity' };
  }

  async isOpen(agreementId: string): Promise<boolean> {
    this.lookUps += 1;
    await this.before('isOpen', { agreementId });
    return this.agreements.has(agreementId);
  }

  async reserve(asked: ReservedPacket): Promise<bigint | 'later'> {
    await this.before('reserve', asked);
    const { agreementId, pullId, packet, amount } = asked;
    const { paid, held } = this.sumOf(agreementId);
    const free = (this.agreements.get(agreementId) ?? 0n) - paid - held;
    const isUnderWay = [...this.packets.values()].some(
      (one) => one.agreementId === agreementId && one.states.length === 0,
    );
    if (free <= 0n) return isUnderWay && this.agreements.has(agreementId) ? 'later' : 0n;
    const key = `${pullId} ${packet}`;
    if (this.packets.has(key)) throw new Error(`The packet ${key} is asked for twice.`);
    const granted = amount < free ? amount : free;
    this.packets.set(key, { ...asked, granted, states: [], fulfillment: null });
    await this.after('reserve', asked);
    return granted;
  }

  async settle(how: SettledPacket): Promise<void> {
    await this.before('settle', how);
    const packet = this.packets.get(`${how.pullId} ${how.packet}`);
    if (packet === undefined) return;
    const before = packet.states.at(-1);
    if (before === 'fulfilled' || before === 'rejected') throw new Error('The packet was settled before.');
    packet.states.push(how.outcome);
    packet.fulfillment = how.fulfillment;
    await this.after('settle', how);
  }

  async endPull(pullId: string): Promise<void> {
    await this.before('endPull', { pullId });
    const isOpen = [...this.packets.values()].some((one) => one.pullId === pullId && one.states.length === 0);
    if (isOpen) throw new Error('A pull is ended before its packets are settled.');
    if (this.ended.includes(pullId)) throw new Error('A pull is ended twice.');
    this.ended.push(pullId);
  }

  async book(push: BookedPush): Promise<boolean> {
    await this.before('book', push);
    this.pushes.push(push);
    return true;
  }

  async uplinkChanged(state: UplinkState): Promise<void> {
    await this.before('uplinkChanged', state);
    this.states.push(state);
  }
}
