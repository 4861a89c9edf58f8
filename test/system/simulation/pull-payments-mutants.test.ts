import { describe, expect, it } from 'vitest';
import type { MakeRepository } from '#platform/database/store.ts';
import { eventRepository } from '#platform/outbox/store/events.ts';
import { agreementRepository } from '#pull-payments/store/agreements.ts';
import { packetRepository } from '#pull-payments/store/packets.ts';
import { pullRepository } from '#pull-payments/store/pulls.ts';
import { pushRepository } from '#pull-payments/store/pushes.ts';
import { tallyRepository } from '#pull-payments/store/tallies.ts';
import { withRepository } from '#test/database/changed-repository.ts';
import { play } from '#test/simulation/play.ts';
import type { Mutation } from '#test/simulation/simulated-server.ts';

/** Servers that are wrong about pull payments: the simulation must find each. */

const MAX_HISTORIES = 150;
const TIMEOUT_MS = 10 * 60_000;

function wrong<Repository extends object>(
  make: MakeRepository<Repository>,
  change: (right: Repository) => Partial<Repository>,
): Mutation {
  return { repositories: (tx) => withRepository(tx, make, change(tx.use(make))) };
}

const MUTANTS: Record<string, Mutation> = {
  'money that is sent and not held': wrong(tallyRepository, (right) => ({
    open: async (...of) => (await right.open(...of)).map((tally) => ({ ...tally, held: 0n })),
  })),
  'money that is held before a change of the terms and forgotten': wrong(tallyRepository, (right) => ({
    insert: (id, revision, tally) => right.insert(id, revision, { ...tally, held: 0n }),
  })),
  'a lost answer that frees what was sent': wrong(packetRepository, (right) => ({
    settle: (packet) => right.settle(packet.state === 'unknown' ? { ...packet, state: 'rejected' } : packet),
  })),
  'an interval that is forgotten when it has begun': wrong(agreementRepository, (right) => ({
    saveStanding: (id, { total }, ...rest) => right.saveStanding(id, { total, cycle: 1, totalBefore: 0n }, ...rest),
  })),
  'a packet that is paid, and nobody is told': wrong(eventRepository, (right) => ({
    append: async (event, subscribers) =>
      event.type === 'PullPacketPaid' ? { id: 0n, ...event } : right.append(event, subscribers),
  })),
  'a pull that is told again and again': wrong(pullRepository, () => ({ tell: async () => undefined })),
  'a pull that goes on when it is over': wrong(pullRepository, () => ({ end: async () => undefined })),
  'a pointer that is paused and pulled from': wrong(agreementRepository, (right) => ({
    setState: async (id, state, at) => (state === 'paused' ? undefined : right.setState(id, state, at)),
  })),
  'a push that is booked, and its packet not noted': wrong(pushRepository, () => ({
    insertPacket: async () => undefined,
  })),
};

describe.each(Object.entries(MUTANTS))('%s', { timeout: TIMEOUT_MS }, (_, mutation) => {
  it('is found', async () => {
    expect(await play({ first: 1, count: MAX_HISTORIES, stride: 1, mutation })).toBeDefined();
  });
});
