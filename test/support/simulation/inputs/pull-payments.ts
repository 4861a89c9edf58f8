import { createHash } from 'node:crypto';
import type { Agreement, PullPacket } from '#pull-payments/types.ts';
import type { ContextInputs } from '#test/simulation/contexts.ts';
import { PaperPulls } from '#test/simulation/model/pull-payments.ts';
import type { Paper } from '#test/simulation/model/reference-model.ts';
import type { Words } from '#test/simulation/rows/row-text.ts';
import type { World } from '#test/simulation/world.ts';
import { type Change, changeAmong, inEachWay } from './change.ts';
import type { Input, InputMaker } from './input.ts';

/** Pull payments: pointers, and clients at once whose answers are lost, late and doubled, under changes by operators. */

/** Few of each, so that they meet. */
const MAX_AGREEMENTS = 4;
const TOKENS = ['token 1', 'token 2'];
const CONNECTIONS = 3;
const PUSHES = ['push-1', 'push-2'];

const AGREEMENT_SCALE = 5;
const REASON = 'by chance';

const papers = new WeakMap<Paper, PaperPulls>();

function pullsOf(paper: Paper): PaperPulls {
  const pulls = papers.get(paper) ?? new PaperPulls(paper);
  papers.set(paper, pulls);
  return pulls;
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

const assetOf = (digits: number) => ({ code: 'XRP', scale: AGREEMENT_SCALE + digits });

/** A pointer that is made online, or a token, perhaps one that was used before. */
const create: InputMaker = (world) => {
  const { random, paper } = world;
  const pulls = pullsOf(paper);
  if (pulls.agreements.length >= MAX_AGREEMENTS) return undefined;
  const token = random.chance(0.4) ? random.pick(TOKENS) : undefined;
  const terms = {
    amount: BigInt(random.between(1, 500)),
    cycles: random.between(1, 40),
    cap: random.chance(0.5),
    digits: random.between(-1, 3),
  };
  const { digits: _, ...kept } = terms;
  const asked = {
    ...kept,
    asset: assetOf(0),
    startAt: null,
    expiryAt: null,
    interval: 'PT1H',
    maxPull: null,
    webhook: null,
    description: null,
    reference: null,
  };
  let id = '';
  return {
    name: token === undefined ? 'pull pointer' : 'token of a pull pointer',
    about: `${token ?? ''} ${terms.amount} ${terms.cycles} ${terms.cap} ${terms.digits}`,
    async run({ engine: { pullPayments } }) {
      const made = token === undefined ? pullPayments.create(asked) : pullPayments.register(hashOf(token), asked);
      // The id is made before anything is waited for.
      id = world.lastAgreementId();
      return `${(await made).balances.available}`;
    },
    enter: () => pulls.create(id, token === undefined ? undefined : hashOf(token), terms),
  };
};

const reserve: InputMaker = ({ random, paper }) => {
  const pulls = pullsOf(paper);
  const agreement = random.pick(pulls.agreements);
  if (agreement === undefined) return undefined;
  const pullId = `${agreement.id} ${random.between(1, CONNECTIONS)} ${random.between(0, pulls.packets.length >> 3)}`;
  // Mostly the next one, at times one that there was.
  const packet = random.chance(0.9) ? pulls.packets.length + 1 : random.between(1, pulls.packets.length + 1);
  const amount = BigInt(random.pick([1, 7, 333, 1000, 100_000]) * random.between(1, 3));
  return {
    name: 'pull packet reserved',
    about: `${pullId} ${packet} ${amount}`,
    async run({ engine }) {
      const expiresAt = new Date(paper.now + 30_000);
      const asset = assetOf(agreement.paper.terms.digits);
      const asked = { agreementId: agreement.id, pullId, packet, amount, asset, expiresAt };
      return `granted ${await engine.pullPayments.reserve(asked)}`;
    },
    enter: () => `granted ${pulls.reserve(agreement, pullId, packet, amount)}`,
  };
};

const NAMES = {
  sent: 'answer to a pull packet',
  unknown: 'late answer to a pull packet',
  fulfilled: 'doubled answer to a pull packet',
  rejected: 'doubled answer to a pull packet',
} as const;

const settle: InputMaker = ({ random, paper }) => {
  const pulls = pullsOf(paper);
  const open = pulls.packets.filter(({ packet: { state } }) => state === 'sent' || state === 'unknown');
  const found = random.pick(random.chance(0.85) && open.length > 0 ? open : pulls.packets);
  if (found === undefined) return undefined;
  const { pull: pullId, number: packet, state } = found.packet;
  const outcome = random.pick(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'unknown'] as const);
  return {
    name: outcome === 'unknown' ? 'lost answer to a pull packet' : NAMES[state],
    about: `${pullId} ${packet} ${outcome}`,
    async run({ engine }) {
      const fulfillment = outcome === 'fulfilled' ? new Uint8Array(32).fill(packet % 256) : null;
      const code = outcome === 'rejected' ? 'T04' : null;
      await engine.pullPayments.settle({ pullId, packet, outcome, fulfillment, code });
      return 'entered';
    },
    enter() {
      pulls.settle(found, outcome);
      return 'entered';
    },
  };
};

const end: InputMaker = ({ random, paper }) => {
  const pulls = pullsOf(paper);
  const found = random.pick(pulls.pulls);
  if (found === undefined) return undefined;
  return {
    name: 'end of a pull',
    about: found.id,
    async run({ engine }) {
      await engine.pullPayments.endPull(found.id);
      return 'ended';
    },
    enter() {
      pulls.end(found);
      return 'ended';
    },
  };
};

const push: InputMaker = ({ random, paper }) => {
  const pulls = pullsOf(paper);
  const booked = {
    pushId: random.pick(PUSHES) ?? '',
    packet: random.between(1, 30),
    amount: BigInt(random.between(1, 9)),
  };
  return {
    name: 'push',
    about: `${booked.pushId} ${booked.packet} ${booked.amount}`,
    run: async ({ engine }) => `booked ${await engine.pullPayments.book({ ...booked, asset: assetOf(0) })}`,
    enter: () => `booked ${pulls.book(booked)}`,
  };
};

function changedTerms({ random }: World) {
  return random.pick([
    { amount: BigInt(random.between(1, 500)) },
    { cap: random.chance(0.5) },
    { cycles: random.between(1, 60) },
    { amount: BigInt(random.between(1, 500)), cap: random.chance(0.5), cycles: random.between(1, 60) },
  ]);
}

const update: InputMaker = (world): Input | undefined => {
  const pulls = pullsOf(world.paper);
  const agreement = world.random.pick(pulls.agreements);
  if (agreement === undefined) return undefined;
  const change = changedTerms(world);
  return {
    name: 'update of a pull pointer',
    about: `${agreement.id} ${JSON.stringify(change, (_, value) => (typeof value === 'bigint' ? `${value}` : value))}`,
    run: async ({ engine }) => wordsOf(await engine.pullPayments.update(agreement.hash, change)),
    enter: () => pulls.update(agreement, change),
  };
};

const STATES = { pause: 'paused', resume: 'active', cancel: 'cancelled' } as const;

function byOperator(world: World): Change {
  const { random, paper } = world;
  const pulls = pullsOf(paper);
  const agreement = random.pick(pulls.agreements);
  const id = agreement?.id ?? 'none';
  const action = random.pick(['pause', 'resume', 'resume', 'resume', 'change', 'change', 'change', 'cancel'] as const);
  // A pointer that is cancelled gives nothing to play with any more.
  if (action === 'cancel' && random.chance(0.8)) return byOperator(world);
  const change = changedTerms(world);
  return {
    kind: action === 'change' ? 'terms of a pull pointer' : 'state of a pull pointer',
    about: `${action} ${id} ${action === 'change' ? Object.entries(change).join(' ') : ''}`,
    async run({ engine: { pullPayments } }, by) {
      const answer = await (action === 'change'
        ? pullPayments.change(by, id, change, REASON)
        : pullPayments[action](by, id, REASON));
      return { answer, words: wordsOf(answer) };
    },
    enter: () =>
      action === 'change'
        ? pulls.change(agreement, change, REASON)
        : pulls.setState(agreement, action, STATES[action], REASON),
  };
}

function resolve({ random, paper }: World): Change {
  const pulls = pullsOf(paper);
  const unknown = pulls.packets.filter(({ packet }) => packet.state === 'unknown');
  const found = random.pick(random.chance(0.9) && unknown.length > 0 ? unknown : pulls.packets);
  const id = found === undefined ? 999_999n : BigInt(pulls.packets.indexOf(found) + 1);
  const outcome = random.pick(['fulfilled', 'rejected'] as const);
  return {
    kind: 'pull packet resolved',
    about: `${id} ${outcome}`,
    async run({ engine }, by) {
      const answer: PullPacket = await engine.pullPayments.resolve(by, id, outcome, REASON);
      return { answer, words: `${answer.state} ${answer.debit}` };
    },
    enter: () => pulls.resolve(found, outcome),
  };
}

function wordsOf({ state, revision, balances: { total, interval, available } }: Agreement): string {
  return `${state} ${revision} ${total}/${interval}/${available}`;
}

const CHANGES = ['state of a pull pointer', 'terms of a pull pointer', 'pull packet resolved'];

export const context: ContextInputs = {
  inputs: [
    [2, create],
    [10, reserve],
    [10, settle],
    [2, end],
    [2, push],
    [2, update],
    [4, changeAmong([byOperator, resolve])],
  ],
  expected: [
    ...['pull pointer', 'token of a pull pointer', 'pull packet reserved', 'end of a pull', 'push'],
    ...['update of a pull pointer', 'lost answer to a pull packet', ...new Set(Object.values(NAMES))],
    ...CHANGES.flatMap(inEachWay),
  ],
  tables: {
    pull_agreements: {
      text: ({ time }: Words) =>
        `id||'|'||agreement_id||'|'||source||'|'||state||'|'||revision||'|'||total||'|'||cycle||'|'||total_before||'|'||
        bookings||'|'||${time('updated_at')}`,
      expected: (paper) => pullsOf(paper).rows.agreements(),
    },
    pull_revisions: {
      text: ({ time }: Words) =>
        `agreement_id||'|'||revision||'|'||amount||'|'||cycles||'|'||cap||'|'||carried_total||'|'||carried_interval||'|'||
        first_cycle||'|'||${time('start_at')}||'|'||coalesce(actor,'-')`,
      expected: (paper) => pullsOf(paper).rows.revisions(),
    },
    pull_tallies: {
      text: () => `agreement_id||'|'||revision||'|'||number||'|'||units||'|'||held`,
      expected: (paper) => pullsOf(paper).rows.tallies(),
    },
    pulls: {
      text: ({ time }: Words) =>
        `id||'|'||pull_id||'|'||sent||'|'||held||'|'||debit||'|'||is_told||'|'||${time('started_at')}||'|'||
        coalesce(${time('ended_at')},'-')`,
      expected: (paper) => pullsOf(paper).rows.pulls(),
    },
    pull_packets: {
      text: ({ time }: Words) =>
        `id||'|'||pull_id||'|'||packet||'|'||amount||'|'||tally||'|'||cycle||'|'||state||'|'||debit||'|'||
        coalesce(cast(booking as text),'-')||'|'||coalesce(${time('settled_at')},'-')||'|'||coalesce(resolved_by,'-')`,
      expected: (paper) => pullsOf(paper).rows.packets(),
    },
    pushes: {
      text: () => `id||'|'||push_id||'|'||amount||'|'||packets`,
      expected: (paper) => pullsOf(paper).rows.pushes(),
    },
    push_packets: {
      text: () => `push_id||'|'||packet||'|'||amount`,
      expected: (paper) => pullsOf(paper).rows.pushPackets(),
    },
  },
};
