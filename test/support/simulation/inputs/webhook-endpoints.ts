import type { ContextInputs } from '#test/simulation/contexts.ts';
import { OPERATOR, type Paper, Refusal } from '#test/simulation/model/reference-model.ts';
import type { Words } from '#test/simulation/rows/row-text.ts';
import { timeText } from '#test/simulation/timestamps.ts';
import type { World } from '#test/simulation/world.ts';
import { MAX_ENDPOINTS, PREVIOUS_SECRET_VALID_MS } from '#webhooks/endpoints.ts';
import type { EndpointView } from '#webhooks/views.ts';
import { type Change, changeAmong, inEachWay } from './change.ts';

/** The register of webhook endpoints. Nothing is sent: what is delivered is tested with receivers. */

interface PaperEndpoint {
  url: string;
  state: 'active' | 'paused' | 'removed';
  pauseReason: string | null;
  secretCreatedAt: number;
  previousSecretUntil: number | null;
  position: number;
  createdAt: number;
}

const REASON = 'their server moves';

/** Those of each paper, in the order of their ids. */
const endpointsOfPapers = new WeakMap<Paper, PaperEndpoint[]>();

function endpointsOf(paper: Paper): PaperEndpoint[] {
  const endpoints = endpointsOfPapers.get(paper) ?? [];
  endpointsOfPapers.set(paper, endpoints);
  return endpoints;
}

function add(world: World): Change {
  const { paper } = world;
  const url = `https://books.example.com/${world.newName('hook')}`;
  return {
    kind: 'webhook endpoint added',
    about: url,
    async run({ engine }, by) {
      const asked = { url, description: '', eventTypes: null };
      const { secret: _, ...view } = await engine.webhookEndpoints.add(by, asked);
      return { answer: view, words: wordsOf(view) };
    },
    enter() {
      const endpoints = endpointsOf(paper);
      const inUse = endpoints.filter(({ state }) => state !== 'removed');
      if (inUse.length >= MAX_ENDPOINTS) throw new Refusal('too_many_webhook_endpoints');
      const added = { url, state: 'active', pauseReason: null, previousSecretUntil: null, position: 0 } as const;
      endpoints.push({ ...added, secretCreatedAt: paper.now, createdAt: paper.now });
      const words = told(paper, endpoints.length, 'WebhookEndpointAdded', 'add webhook endpoint');
      changed(paper, endpoints.length, (endpoint) => {
        endpoint.position = paper.events.length;
      });
      return words;
    },
  };
}

/** Mostly of one that may be there; at times of one that is not. */
function anId({ random, paper }: World): number {
  const count = endpointsOf(paper).length;
  return random.chance(0.9) ? random.between(1, Math.max(1, count)) : count + 3;
}

interface Kind {
  kind: string;
  type: Parameters<Paper['append']>[0];
  action: string;
  run(
    engine: Parameters<Change['run']>[0]['engine'],
    by: Parameters<Change['run']>[1],
    id: bigint,
  ): Promise<EndpointView>;
  /** @throws {Refusal} */
  change(endpoint: PaperEndpoint, paper: Paper): void;
}

const KINDS: readonly Kind[] = [
  {
    kind: 'webhook endpoint paused',
    type: 'WebhookEndpointPaused',
    action: 'pause webhook endpoint',
    run: (engine, by, id) => engine.webhookEndpoints.pause(by, id, REASON),
    change(endpoint) {
      if (endpoint.state === 'paused') throw new Refusal('webhook_endpoint_state');
      Object.assign(endpoint, { state: 'paused', pauseReason: REASON });
    },
  },
  {
    kind: 'webhook endpoint resumed',
    type: 'WebhookEndpointResumed',
    action: 'resume webhook endpoint',
    run: (engine, by, id) => engine.webhookEndpoints.resume(by, id, { skipMissed: false }),
    change: (endpoint) => resume(endpoint),
  },
  {
    kind: 'webhook endpoint resumed without what it missed',
    type: 'WebhookEndpointResumed',
    action: 'resume webhook endpoint without what it missed',
    run: (engine, by, id) => engine.webhookEndpoints.resume(by, id, { skipMissed: true }),
    change(endpoint, paper) {
      resume(endpoint);
      endpoint.position = paper.events.length;
    },
  },
  {
    kind: 'webhook secret rotated',
    type: 'WebhookSecretRotated',
    action: 'rotate webhook secret',
    async run(engine, by, id) {
      const { secret: _, ...view } = await engine.webhookEndpoints.rotateSecret(by, id);
      return view;
    },
    change(endpoint, paper) {
      endpoint.secretCreatedAt = paper.now;
      endpoint.previousSecretUntil = paper.now + PREVIOUS_SECRET_VALID_MS;
    },
  },
  {
    kind: 'webhook endpoint removed',
    type: 'WebhookEndpointRemoved',
    action: 'remove webhook endpoint',
    run: (engine, by, id) => engine.webhookEndpoints.remove(by, id, REASON),
    change(endpoint) {
      Object.assign(endpoint, { state: 'removed', pauseReason: null, previousSecretUntil: null });
    },
  },
];

function resume(endpoint: PaperEndpoint): void {
  if (endpoint.state === 'active') throw new Refusal('webhook_endpoint_state');
  Object.assign(endpoint, { state: 'active', pauseReason: null });
}

const makersOf = KINDS.map(({ kind, type, action, run, change }) => (world: World): Change => {
  const id = anId(world);
  const { paper } = world;
  return {
    kind,
    about: `${id}`,
    async run({ engine }, by) {
      const answer = await run(engine, by, BigInt(id));
      return { answer, words: wordsOf(answer) };
    },
    enter() {
      const endpoint = endpointsOf(paper)[id - 1];
      if (endpoint === undefined) throw new Refusal('webhook_endpoint_not_found');
      if (endpoint.state === 'removed') throw new Refusal('webhook_endpoint_state');
      change(endpoint, paper);
      return told(paper, id, type, action);
    },
  };
});

function changed(paper: Paper, id: number, change: (endpoint: PaperEndpoint) => void): void {
  const endpoint = endpointsOf(paper)[id - 1];
  if (endpoint !== undefined) change(endpoint);
}

/** The event and the line of the audit log. Answers in words. */
function told(paper: Paper, id: number, type: Kind['type'], action: string): string {
  const endpoint = endpointsOf(paper)[id - 1];
  if (endpoint === undefined) throw new Error(`There is no webhook endpoint ${id} on paper`);
  const { state, pauseReason, previousSecretUntil, secretCreatedAt, createdAt, url } = endpoint;
  const view = {
    id,
    description: '',
    event_types: null,
    state,
    pause_reason: pauseReason,
    failing_since: null,
    secret_created_at: timeText(secretCreatedAt),
    previous_secret_until: previousSecretUntil === null ? null : timeText(previousSecretUntil),
    created_by: OPERATOR,
    created_at: timeText(createdAt),
    origin: new URL(url).origin,
  };
  paper.append(type, `webhook-${id}`, JSON.stringify({ webhook_endpoint: view }));
  paper.record(action, `webhook-${id}`);
  return `webhook endpoint ${id}`;
}

function wordsOf({ id }: EndpointView): string {
  return `webhook endpoint ${id}`;
}

export const context: ContextInputs = {
  inputs: [[3, changeAmong([add, add, ...makersOf])]],
  expected: ['webhook endpoint added', ...KINDS.map(({ kind }) => kind)].flatMap(inEachWay),
  tables: {
    webhook_endpoints: {
      text: ({ time }: Words) =>
        `id||'|'||url||'|'||state||'|'||coalesce(pause_reason,'-')||'|'||${time('secret_created_at')}||'|'||coalesce(${time('previous_secret_until')},'-')||'|'||position||'|'||${isNull('secret')}||'|'||${isNull('previous_secret')}`,
      expected: (paper) =>
        endpointsOf(paper)
          .map((endpoint, index) => rowOf(endpoint, index + 1))
          .join('\n'),
    },
    webhook_attempts: { text: () => `''||id`, expected: () => '' },
  },
};

function rowOf(endpoint: PaperEndpoint, id: number): string {
  const until = endpoint.previousSecretUntil;
  return [
    id,
    endpoint.url,
    endpoint.state,
    endpoint.pauseReason ?? '-',
    timeText(endpoint.secretCreatedAt),
    until === null ? '-' : timeText(until),
    endpoint.position,
    endpoint.state === 'removed' ? 1 : 0,
    until === null ? 1 : 0,
  ].join('|');
}

function isNull(column: string): string {
  return `case when ${column} is null then 1 else 0 end`;
}
