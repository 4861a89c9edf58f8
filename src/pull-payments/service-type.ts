import type { Asset } from '#interledger/stream/connection/state.ts';
import type { ChangeRequest } from '#platform/audit-log/operator-actions.ts';
import type { Page, PageRequest } from '#platform/paging.ts';
import type {
  Agreement,
  AgreementState,
  BookedPush,
  Identity,
  NewTerms,
  Pull,
  PullPacket,
  Push,
  ReservedPacket,
  SettledPacket,
  Terms,
  TermsChange,
  UplinkState,
} from './types.ts';

/** What the context does in the database thread. Each change is one unit of work with its journal and its event. */
export interface PullPaymentsService {
  /** The secrets of this installation; made at the first call. */
  identity(): Promise<Identity>;

  /** A new agreement; its pointer's path is its id. @throws {DomainError} `pull_terms_refused` */
  create(terms: NewTerms): Promise<Agreement>;
  /**
   * The agreement of a token that was signed offline: as it is, cancelled or expired too, or new if this token was never
   * used before.
   * @param token what stands in the pointer, by which the webhook names it. @throws {DomainError} `pull_terms_refused`
   */
  register(tokenHash: string, terms: NewTerms, token?: string): Promise<Agreement>;
  /** By the hash of what stands in the pointer (`tokenHash`); undefined if it is unknown, cancelled or expired. */
  findByToken(tokenHash: string): Promise<Agreement | undefined>;
  /**
   * Changes the terms for the payer's own programs.
   * @throws {DomainError} `pull_pointer_not_found`, `pull_terms_refused`, `no_rate_between_assets`
   */
  update(tokenHash: string, change: TermsChange): Promise<Agreement>;
  /** An amount of one asset in another, rounded down. @throws {DomainError} `no_rate_between_assets` */
  exchange(amount: bigint, from: Asset, to: Asset): Promise<bigint>;

  /** Whether the agreement may be pulled from: it exists, and is neither cancelled nor expired. */
  isOpen(agreementId: string): Promise<boolean>;
  /** Grants money for a packet, durably: up to what was asked; 0 for never more in this pull; `later` while the rest is held. */
  reserve(packet: ReservedPacket): Promise<bigint | 'later'>;
  settle(packet: SettledPacket): Promise<void>;
  /** The connection of a pull is over: tells its event, once, when all its packets have settled or are unknown. */
  endPull(pullId: string): Promise<void>;
  /** Books money that arrived, durably. False refuses it. */
  book(push: BookedPush): Promise<boolean>;
  /** Tells readiness and metrics what the uplink does. */
  uplinkChanged(state: UplinkState): Promise<void>;

  /** For operators. */
  list(filter: AgreementFilter, page: PageRequest<AgreementCursor>): Promise<Page<Agreement, AgreementCursor>>;
  /** @throws {DomainError} `pull_pointer_not_found`, as all of the following. */
  get(id: string): Promise<AgreementDetail>;
  pulls(id: string, page: PageRequest<bigint>): Promise<Page<Pull & { ordinal: bigint }, bigint>>;
  /** Its packets, the latest first unless told. */
  packets(filter: PacketFilter, page: PageRequest<bigint>): Promise<Page<PullPacket, bigint>>;
  pushes(page: PageRequest<bigint>): Promise<Page<Push & { ordinal: bigint }, bigint>>;
  /** As `create`, by an operator. @throws {DomainError} `pull_terms_refused` */
  createFor(request: ChangeRequest, terms: NewTerms): Promise<Agreement>;
  /** @throws {DomainError} `pull_pointer_cancelled` */
  pause(request: ChangeRequest, id: string, reason: string): Promise<Agreement>;
  /** @throws {DomainError} `pull_pointer_cancelled` */
  resume(request: ChangeRequest, id: string, reason: string): Promise<Agreement>;
  /** Final. @throws {DomainError} `pull_pointer_cancelled` */
  cancel(request: ChangeRequest, id: string, reason: string): Promise<Agreement>;
  /** @throws {DomainError} `pull_pointer_cancelled`, `pull_terms_refused`, `no_rate_between_assets` */
  change(request: ChangeRequest, id: string, change: TermsChange, reason: string): Promise<Agreement>;
  /** Says what became of a packet whose answer never came. @throws {DomainError} `pull_packet_not_found`, `pull_packet_not_unknown` */
  resolve(
    request: ChangeRequest,
    packetId: bigint,
    outcome: 'fulfilled' | 'rejected',
    reason: string,
  ): Promise<PullPacket>;
}

export interface AgreementFilter {
  state?: AgreementState | undefined;
  assetCode?: string | undefined;
  reference?: string | undefined;
  createdSince?: Date | undefined;
}

/** The ordinal of an agreement in the order of creation. */
export type AgreementCursor = bigint;

export interface PacketFilter {
  agreementId?: string | undefined;
  pullId?: string | undefined;
  state?: PullPacket['state'] | undefined;
}

export interface AgreementDetail extends Agreement {
  /** All terms that were ever in force, the first first. */
  revisions: readonly { revision: number; terms: Terms; since: Date; by: string | null; reason: string | null }[];
  /** Packets whose outcome is unknown. */
  unknownPackets: number;
}

declare module '#platform/module.ts' {
  interface Services {
    pullPayments: PullPaymentsService;
  }
}
