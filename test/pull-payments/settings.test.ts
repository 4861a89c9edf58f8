import { describe, expect, it } from 'vitest';
import type { PullPaymentsSettings } from '#pull-payments/settings.ts';
import { parseSettings, settingDescriptions, warnings } from '#test/settings.ts';

type Environment = Record<string, string>;

/** Secrets that are not publicly known. */
const SECRETS = { SPSP_AUTH_TOKEN: 'a-token-of-ours', SPSP_JWT_SECRET: 'a-secret-that-is-long-enough' };
const HTTP = {
  SPSP_ILP_HTTP_URL: 'https://connector.example/ilp/',
  SPSP_ILP_HTTP_TOKEN: 'out',
  SPSP_ILP_HTTP_INCOMING_TOKEN: 'in',
};

function settingsOf(environment: Environment): PullPaymentsSettings {
  const parsed = parseSettings({ SPSP_PORT: '6000', ...environment });
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  if (parsed.settings.pullPayments === null) throw new Error('Pull payments are off');
  return parsed.settings.pullPayments;
}

function problemsOf(environment: Environment): string[] {
  const parsed = parseSettings({ SPSP_PORT: '6000', ...environment });
  return parsed.ok ? [] : parsed.problems;
}

function warningsOf(environment: Environment): string[] {
  const parsed = parseSettings(environment);
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return warnings(parsed.settings).filter((warning) => /^(?:SPSP|ILP)_/.test(warning));
}

describe('the settings of pull payments', () => {
  it('are absent without SPSP_PORT', () => {
    const parsed = parseSettings({ ...SECRETS, ...HTTP });
    expect(parsed.ok && parsed.settings.pullPayments).toBeNull();
  });

  it('are those of the original by default, on loopback', () => {
    expect(settingsOf({})).toEqual({
      port: 6000,
      host: '127.0.0.1',
      publicHost: 'localhost:6000',
      isPublicHostSet: false,
      authToken: 'test',
      jwtSecret: 'test',
      jwtAlgorithms: ['HS256'],
      webhookToken: 'test',
      hasWebhookToken: false,
      webhookAllowPrivate: false,
      uplink: { kind: 'btp', url: 'btp+ws://localhost:7768', username: '', token: null },
    });
  });

  it.each([
    ['{"server":"btp+ws://:secret@localhost:7768"}', { url: 'btp+ws://localhost:7768', username: '', token: 'secret' }],
    [
      '{"server":"btp+wss://me:a%2Fb@host.example/path"}',
      { url: 'btp+wss://host.example/path', username: 'me', token: 'a/b' },
    ],
    ['{"server":"btp+ws://localhost:1"}', { url: 'btp+ws://localhost:1', username: '', token: null }],
  ])('read ILP_CREDENTIALS %s', (text, uplink) => {
    expect(settingsOf({ ILP_CREDENTIALS: text }).uplink).toEqual({ kind: 'btp', ...uplink });
  });

  it('let ILP_CREDENTIALS go before ILP_BTP_SERVER, as published programs do', () => {
    const both = { ILP_CREDENTIALS: '{"server":"btp+ws://:a@one.example"}', ILP_BTP_SERVER: 'btp+ws://two.example' };
    expect(settingsOf(both).uplink).toMatchObject({ url: 'btp+ws://one.example', token: 'a' });
    expect(settingsOf({ ILP_BTP_SERVER: 'btp+ws://two.example' }).uplink).toMatchObject({
      url: 'btp+ws://two.example',
    });
  });

  it('take a parent over HTTP with its address and asset', () => {
    const told = { SPSP_ILP_ADDRESS: 'g.payer', SPSP_ILP_ASSET_CODE: 'XRP', SPSP_ILP_ASSET_SCALE: '9' };
    expect(settingsOf({ ...HTTP, ...told, SPSP_ILP_HTTP_PEER_NAME: 'payer' }).uplink).toEqual({
      kind: 'http',
      url: 'https://connector.example/ilp/',
      outgoingToken: 'out',
      incomingToken: 'in',
      peerName: 'payer',
      address: 'g.payer',
      asset: { code: 'XRP', scale: 9 },
    });
    expect(settingsOf(HTTP).uplink).toMatchObject({ kind: 'http', peerName: null, address: null, asset: null });
  });

  it.each([
    ['SPSP_PORT', { SPSP_PORT: '65536' }],
    ['SPSP_HOST', { SPSP_HOST: 'https://pay.example' }],
    ['SPSP_HOST', { SPSP_HOST: 'pay.example:0' }],
    ['SPSP_HOST', { SPSP_HOST: 'pay.example/path' }],
    ['SPSP_AUTH_TOKEN', { SPSP_AUTH_TOKEN: 'with a space' }],
    ['SPSP_JWT_ALGORITHMS', { SPSP_JWT_ALGORITHMS: 'none' }],
    ['SPSP_JWT_ALGORITHMS', { SPSP_JWT_ALGORITHMS: 'HS256, RS256' }],
    ['ILP_CREDENTIALS', { ILP_CREDENTIALS: 'btp+ws://:secret@localhost:7768' }],
    ['ILP_CREDENTIALS', { ILP_CREDENTIALS: '{"server":"http://localhost"}' }],
    ['ILP_CREDENTIALS', { ILP_CREDENTIALS: 'null' }],
    ['ILP_BTP_SERVER', { ILP_BTP_SERVER: 'btp+ws://:%E0%A4%A@host' }],
    ['SPSP_ILP_ADDRESS', { SPSP_ILP_ADDRESS: 'peer.config', SPSP_ILP_ASSET_CODE: 'X', SPSP_ILP_ASSET_SCALE: '1' }],
    ['SPSP_ILP_ADDRESS', { SPSP_ILP_ADDRESS: 'g.payer' }],
    ['SPSP_ILP_HTTP_URL', { ...HTTP, SPSP_ILP_HTTP_INCOMING_TOKEN: '' }],
    ['SPSP_ILP_HTTP_URL', { ...HTTP, ILP_BTP_SERVER: 'btp+ws://localhost:7768' }],
  ])('refuse a wrong %s', (start, environment: Environment) => {
    const problems = problemsOf(environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.startsWith(start), problems[0]).toBe(true);
  });

  it('never show a secret in a problem', () => {
    const secrets = { ILP_CREDENTIALS: 'hidden-1', ILP_BTP_SERVER: 'hidden-2', SPSP_AUTH_TOKEN: 'hidden 3' };
    expect(problemsOf(secrets).join('')).not.toContain('hidden');
    const named = settingDescriptions.filter(({ secret }) => secret).map(({ name }) => name);
    for (const name of [
      'SPSP_AUTH_TOKEN',
      'SPSP_JWT_SECRET',
      'SPSP_WEBHOOK_TOKEN',
      'ILP_CREDENTIALS',
      'ILP_BTP_SERVER',
    ])
      expect(named).toContain(name);
  });

  it.each([
    [{ SPSP_BIND: '0.0.0.0' }],
    [{ SPSP_BIND: '::' }],
    [{ SPSP_HOST: 'pay.example.com' }],
    [{ SPSP_BIND: '0.0.0.0', SPSP_AUTH_TOKEN: 'test', SPSP_JWT_SECRET: 'a-secret-that-is-long-enough' }],
    [{ SPSP_HOST: 'pay.example.com', SPSP_AUTH_TOKEN: 'a-token-of-ours' }],
    [{ SPSP_BIND: 'localhost.example.com' }],
  ])('refuse the publicly known secrets where others reach the listener: %j', (environment: Environment) => {
    expect(problemsOf(environment)).toEqual([expect.stringContaining('SPSP_ALLOW_DEFAULT_SECRETS')]);
    expect(problemsOf({ ...environment, ...SECRETS })).toEqual([]);
    expect(problemsOf({ ...environment, SPSP_ALLOW_DEFAULT_SECRETS: 'true' })).toEqual([]);
  });

  it('warn of secrets that are known or can be found, and of a token that webhooks learn', () => {
    expect(warningsOf({ SPSP_PORT: '6000' })).toEqual([
      expect.stringContaining('SPSP_AUTH_TOKEN is `test`'),
      expect.stringContaining('SPSP_JWT_SECRET is `test`'),
    ]);
    expect(warningsOf({ SPSP_PORT: '6000', SPSP_AUTH_TOKEN: 'ours', SPSP_JWT_SECRET: 'short' })).toEqual([
      expect.stringContaining('SPSP_JWT_SECRET has fewer than 16 characters'),
      expect.stringContaining('SPSP_WEBHOOK_TOKEN is not set'),
    ]);
    expect(warningsOf({ SPSP_PORT: '6000', ...SECRETS, SPSP_WEBHOOK_TOKEN: 'another' })).toEqual([]);
  });

  it('say what has come in the place of settings of the original', () => {
    const old = { SPSP_DB_PATH: './db', SPSP_LOCALTUNNEL: 'true', SPSP_LOCALTUNNEL_SUBDOMAIN: 'x' };
    const started = { SPSP_PORT: '6000', ...SECRETS, SPSP_WEBHOOK_TOKEN: 'another' };
    const found = warningsOf({ ...started, ...old, SPSP_EXCHANGE: 'ilpprice', ILP_PLUGIN: 'ilp-plugin-btp' });
    expect(found.map((warning) => warning.split(' ')[0])).toEqual([
      'SPSP_DB_PATH',
      'SPSP_LOCALTUNNEL',
      'SPSP_LOCALTUNNEL_SUBDOMAIN',
      'SPSP_EXCHANGE',
      'ILP_PLUGIN',
    ]);
    expect(found[0]).toContain('TPG_DATABASE_URL');
    expect(found[1]).toContain('proxy');
  });

  it('say when pull payments are off although something is set for them', () => {
    expect(warningsOf(SECRETS)).toEqual([
      'SPSP_AUTH_TOKEN is set, but SPSP_PORT is not: pull payments are off.',
      'SPSP_JWT_SECRET is set, but SPSP_PORT is not: pull payments are off.',
    ]);
    expect(warningsOf({ ILP_CREDENTIALS: '{"server":"btp+ws://:a@localhost:7768"}' })).toEqual([]);
  });
});
