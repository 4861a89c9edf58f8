import { hex } from '@scure/base';
import { describe, expect, it } from 'vitest';
import { createLogger } from '#platform/logging/json-log.ts';
import { addressToBase58, dualAddress, singleAddress } from '#tari/address.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import { parseSettings } from '#test/settings.ts';

const VIEW_KEY = `${'07'.repeat(31)}00`;
const OTHER_KEY = `${'09'.repeat(31)}00`;
const SPEND_KEY = publicKeyOf(new Uint8Array(32).fill(3, 0, 31));
const ADDRESS = addressToBase58(dualAddress('esmeralda', publicKeyOf(hex.decode(VIEW_KEY)), SPEND_KEY, 3));

const WATCHING = {
  TPG_VIEW_KEY: VIEW_KEY,
  TPG_TARI_NODES: 'http://127.0.0.1:9000/, https://node.example/rpc',
  TPG_PAYMENT_WALLET_ADDRESS: ADDRESS,
};

function problemsOf(environment: Record<string, string>): string[] {
  const parsed = parseSettings({ ...WATCHING, ...environment });
  return parsed.ok ? [] : parsed.problems;
}

function chainOf(environment: Record<string, string> = {}) {
  const parsed = parseSettings({ ...WATCHING, ...environment });
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.settings.chain;
}

describe('the settings of the watcher', () => {
  it('are read together', () => {
    expect(chainOf()).toEqual({
      network: 'esmeralda',
      privateViewKey: VIEW_KEY,
      publicSpendKey: hex.encode(SPEND_KEY),
      nodes: ['http://127.0.0.1:9000', 'https://node.example/rpc'],
      confirmations: 3,
      watchFrom: null,
      nodeGrpc: null,
    });
    expect(chainOf({ TPG_TARI_NODE_GRPC: 'node.internal:18142', TPG_CONFIRMATIONS: '7' })).toMatchObject({
      confirmations: 7,
      nodeGrpc: 'node.internal:18142',
    });
  });

  it.each([
    ['0', { kind: 'height', height: 0 }],
    ['250000', { kind: 'height', height: 250_000 }],
    ['2026-11-30', { kind: 'time', time: new Date('2026-11-30T00:00:00Z') }],
    ['2026-11-30T12:30', { kind: 'time', time: new Date('2026-11-30T12:30:00Z') }],
    ['2026-11-30T12:30:00+02:00', { kind: 'time', time: new Date('2026-11-30T10:30:00Z') }],
  ])('take %s for a place to begin', (text, watchFrom) => {
    expect(chainOf({ TPG_WATCH_FROM: text })?.watchFrom).toEqual(watchFrom);
  });

  it('are null when nothing of them is set', () => {
    const parsed = parseSettings({ TPG_PAYMENT_WALLET_ADDRESS: ADDRESS });
    expect(parsed).toMatchObject({ ok: true, settings: { chain: null } });
  });

  it.each([
    ['TPG_TARI_NODES', 'ftp://node.example'],
    ['TPG_TARI_NODES', 'http://user:pass@node.example'],
    ['TPG_TARI_NODES', 'http://node.example, http://node.example/'],
    ['TPG_TARI_NODES', Array.from({ length: 11 }, (_, index) => `http://node${index}.example`).join()],
    ['TPG_CONFIRMATIONS', '0'],
    ['TPG_CONFIRMATIONS', '721'],
    ['TPG_WATCH_FROM', '-1'],
    ['TPG_WATCH_FROM', 'yesterday'],
    ['TPG_WATCH_FROM', '2026-13-01'],
    // Read as 2 March, it would leave out the payments of two days.
    ['TPG_WATCH_FROM', '2026-02-30'],
    ['TPG_WATCH_FROM', '2026-11-31T10:00'],
    ['TPG_TARI_NODE_GRPC', '127.0.0.1'],
    ['TPG_TARI_NODE_GRPC', '127.0.0.1:0'],
    ['TPG_TARI_NODE_GRPC', 'http://127.0.0.1:18142'],
  ])('refuse %s=%s', (name, text) => {
    expect(problemsOf({ [name]: text })).toEqual([expect.stringContaining(`${name} must be `)]);
  });

  it.each(['TPG_VIEW_KEY', 'TPG_TARI_NODES'])('refuse %s missing beside the other', (missing) => {
    expect(problemsOf({ [missing]: '' })).toEqual([
      `TPG_VIEW_KEY and TPG_TARI_NODES must both be set, or neither; ${missing} is missing.`,
    ]);
  });

  it('refuse a mempool that nothing is looked for in', () => {
    const parsed = parseSettings({ TPG_TARI_NODE_GRPC: '127.0.0.1:18142' });
    expect(parsed).toMatchObject({ ok: false, problems: [expect.stringContaining('TPG_TARI_NODE_GRPC')] });
  });
});

describe('the view key', () => {
  const SINGLE = addressToBase58(singleAddress('esmeralda', SPEND_KEY));
  const notCanonical = 'ff'.repeat(32);

  it.each([
    ['is another wallet’s', { TPG_VIEW_KEY: OTHER_KEY }, OTHER_KEY],
    ['stands beside no address', { TPG_PAYMENT_WALLET_ADDRESS: '' }, VIEW_KEY],
    ['stands beside an address without a view key', { TPG_PAYMENT_WALLET_ADDRESS: SINGLE }, VIEW_KEY],
    ['is no key', { TPG_VIEW_KEY: notCanonical }, notCanonical],
    ['is cut', { TPG_VIEW_KEY: VIEW_KEY.slice(1) }, VIEW_KEY.slice(1)],
    ['is zero', { TPG_VIEW_KEY: '00'.repeat(32) }, '00'.repeat(32)],
  ])('is refused and not shown when it %s', (_, environment, shown) => {
    const problems = problemsOf(environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('TPG_VIEW_KEY');
    expect(problems[0]).not.toContain(shown);
  });

  it('is hidden wherever it is logged under its name', () => {
    const lines: string[] = [];
    const log = createLogger({ level: 'trace', destination: { write: (line) => lines.push(line) } });
    log.info({ settings: { chain: chainOf() }, view_key: VIEW_KEY, TPG_VIEW_KEY: VIEW_KEY }, 'Settings');
    expect(lines.join()).not.toContain(VIEW_KEY);
  });
});
