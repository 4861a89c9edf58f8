import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadEnvironment, unknownSettingWarnings } from '#platform/config/environment.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import { parseSettings, settingDescriptions, warnings } from '#test/settings.ts';

const SIGNING_KEY = `0a${'00'.repeat(31)}`;
const VERIFICATION_KEY = Buffer.from(publicKeyOf(Buffer.from(SIGNING_KEY, 'hex'))).toString('hex');
const KEYS = { TPG_JWT_SIGNING_KEY: SIGNING_KEY, TPG_JWT_VERIFICATION_KEY: VERIFICATION_KEY };

function settingsOf(environment: Record<string, string | undefined>): Settings {
  const parsed = parseSettings(environment);
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.settings;
}

function problemsOf(environment: Record<string, string | undefined>): string[] {
  const parsed = parseSettings(environment);
  return parsed.ok ? [] : parsed.problems;
}

describe('the settings without any environment', () => {
  // Those of contexts that came later are looked at by tests of their own.
  it('are the documented defaults', () => {
    const settings = settingsOf({});
    expect(settings).toMatchObject({
      host: '127.0.0.1',
      port: 8360,
      publicUrl: null,
      useXForwardedFor: false,
      useForwarded: false,
      trustedProxies: [
        '127.0.0.0/8',
        '::1',
        '10.0.0.0/8',
        '172.16.0.0/12',
        '192.168.0.0/16',
        'fc00::/7',
        'fe80::/10',
        '169.254.0.0/16',
      ],
      databaseUrl: 'sqlite://data/tari_store.db',
      maxConnections: 25,
      databaseConnectTimeoutMs: 5_000,
      databaseStatementTimeoutMs: 30_000,
      databaseIdleTimeoutMs: 10_000,
      jwtKeys: null,
      strictMode: true,
      disableMemoSignatureCheck: false,
      unclaimedOrderTimeoutMs: 2 * 3_600_000,
      unpaidOrderTimeoutMs: 48 * 3_600_000,
      expirySchedule: '* * * * *',
      expiryGraceMs: 120_000,
      confirmationWaitMs: 6 * 3_600_000,
      paymentWalletAddress: null,
      payPage: null,
      hasShop: false,
      orderIdField: 'id',
      underpaidTolerance: { kind: 'amount', microTari: 0n },
      disableWalletWhitelist: false,
      rateLimitPerMinute: 60,
      shutdownDelayMs: 0,
      logLevel: 'info',
      metrics: false,
      chain: null,
      plugins: [],
    });
    expect(settings.shopify).toEqual({
      shop: null,
      apiVersion: '2026-10',
      apiKey: null,
      apiSecret: null,
      adminAccessToken: null,
      storefrontAccessToken: null,
      adminUrl: null,
      hmacSecret: null,
      hmacSecretPrevious: null,
      hmacChecks: true,
      keepWebhooks: true,
      maxWebhookAgeMs: null,
      ipWhitelist: null,
      priceField: 'total',
      capturePayments: false,
      paymentMethods: null,
    });
  });

  it('are the same when every variable is empty', () => {
    const empty = Object.fromEntries(settingDescriptions.map(({ name }, index) => [name, index % 2 === 0 ? '' : '  ']));
    expect(settingsOf(empty)).toEqual(settingsOf({}));
  });
});

describe('a setting', () => {
  it.each([
    ['1', true],
    ['TRUE', true],
    ['Yes', true],
    [' on ', true],
    ['0', false],
    ['False', false],
    ['NO', false],
    ['off', false],
  ])('that is a boolean reads %j as %j', (text, value) => {
    expect(settingsOf({ TPG_STRICT_MODE: text, TPG_USE_FORWARDED: text })).toMatchObject({
      strictMode: value,
      useForwarded: value,
    });
  });

  it.each([
    ['48', 48 * 3_600_000],
    ['1.5', 5_400_000],
    ['90m', 5_400_000],
    ['2s', 2000],
    ['500ms', 500],
    ['48h', 48 * 3_600_000],
    ['1d', 86_400_000],
    ['2 S', 2000],
  ])('that is a time-out reads %j as %d ms', (text, valueMs) => {
    expect(settingsOf({ TPG_UNCLAIMED_ORDER_TIMEOUT: text }).unclaimedOrderTimeoutMs).toBe(valueMs);
  });

  it('that is a duration survives its own text in every unit', () => {
    const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
    const unit = fc.constantFrom<keyof typeof unitMs>('ms', 's', 'm', 'h');
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 8760 }), unit, (amount, name) => {
        const settings = settingsOf({ TPG_UNPAID_ORDER_TIMEOUT: `${amount}${name}` });
        expect(settings.unpaidOrderTimeoutMs).toBe(amount * unitMs[name]);
      }),
    );
  });

  it.each([
    ['none', null],
    ['None', null],
    ['false', null],
    ['0', null],
    ['', null],
    ['192.0.2.1', ['192.0.2.1']],
    [' 192.0.2.0/24 ,, 2001:db8::/32,::1', ['192.0.2.0/24', '2001:db8::/32', '::1']],
  ])('that is the IP whitelist reads %j as %j', (text, value) => {
    expect(settingsOf({ TPG_SHOPIFY_IP_WHITELIST: text }).shopify.ipWhitelist).toEqual(value);
  });

  it.each([
    ['sqlite://data/x.db', 'sqlite://data/x.db'],
    ['sqlite:///var/x.db', 'sqlite:///var/x.db'],
    ['sqlite::memory:', 'sqlite://:memory:'],
    ['sqlite://:memory:', 'sqlite://:memory:'],
    ['postgres://user:word@host:5432/store', 'postgres://user:word@host:5432/store'],
    ['postgresql://host/store', 'postgresql://host/store'],
  ])('that is the database URL reads %j', (text, value) => {
    expect(settingsOf({ TPG_DATABASE_URL: text }).databaseUrl).toBe(value);
  });

  it.each([
    ['My-Shop', 'my-shop.myshopify.com'],
    ['my-shop.myshopify.com', 'my-shop.myshopify.com'],
  ])('that is the shop reads %j as its host', (text, host) => {
    const environment = { TPG_SHOPIFY_SHOP: text, TPG_SHOPIFY_API_KEY: 'id', TPG_SHOPIFY_API_SECRET: 'secret' };
    expect(settingsOf(environment).shopify).toMatchObject({ shop: host, hmacSecret: 'secret' });
  });

  it('that is the shop’s tells the engine of it', () => {
    const shop = { TPG_SHOPIFY_SHOP: 'shop', TPG_SHOPIFY_API_KEY: 'id', TPG_SHOPIFY_API_SECRET: 'secret' };
    expect(settingsOf({ ...shop, TPG_SHOPIFY_ORDER_ID_FIELD: 'Name' })).toMatchObject({
      hasShop: true,
      orderIdField: 'name',
    });
  });

  it.each([
    ['https://pay.example.com', 'https://pay.example.com'],
    ['HTTPS://Pay.Example.com:443/shop/', 'https://pay.example.com/shop'],
    ['', null],
  ])('that is the public URL reads %j as %j', (text, value) => {
    expect(settingsOf({ TPG_PUBLIC_URL: text }).publicUrl).toBe(value);
  });

  it.each([
    'pay.example.com',
    'ftp://pay.example.com',
    'https://a:b@pay.example.com',
    'https://a.example/?x',
    'https://a.example/shopify/webhook',
  ])('that is the public URL refuses %j', (text) =>
    expect(problemsOf({ TPG_PUBLIC_URL: text })).toMatchObject([expect.stringContaining('TPG_PUBLIC_URL')]),
  );

  it.each([
    ['off', null],
    ['NONE', null],
    ['2d', 2 * 86_400_000],
    ['36', 36 * 3_600_000],
  ])('that is the greatest age of a webhook reads %j as %j', (text, value) => {
    expect(settingsOf({ TPG_SHOPIFY_MAX_WEBHOOK_AGE: text }).shopify.maxWebhookAgeMs).toBe(value);
    expect(problemsOf({ TPG_SHOPIFY_MAX_WEBHOOK_AGE: '1s' })).toHaveLength(1);
  });

  it('takes a cron expression with seconds and a list of plugins', () => {
    const settings = settingsOf({ TPG_EXPIRY_SCHEDULE: '*/5 * * * * *', TPG_PLUGINS: './a.js, /b.js' });
    expect(settings).toMatchObject({ expirySchedule: '*/5 * * * * *', plugins: ['./a.js', '/b.js'] });
  });

  it('takes the example that is shown for it', () => {
    const placeholder = /^<.*>$/;
    for (const { name, example, secret } of settingDescriptions) {
      if (secret || placeholder.test(example)) continue;
      const problems = problemsOf({ [name]: example }).filter((problem) => problem.startsWith(`${name} must`));
      expect(problems).toEqual([]);
    }
  });

  it.each([
    ['TPG_HOST', '127.0.0.300'],
    ['TPG_HOST', 'not a host'],
    ['TPG_PORT', '65536'],
    ['TPG_PORT', '-1'],
    ['TPG_PORT', '80.5'],
    ['TPG_PORT', '0x50'],
    ['TPG_MAX_CONNECTIONS', '0'],
    ['TPG_STRICT_MODE', 'maybe'],
    ['TPG_UNCLAIMED_ORDER_TIMEOUT', '0'],
    ['TPG_UNCLAIMED_ORDER_TIMEOUT', '-2'],
    ['TPG_UNCLAIMED_ORDER_TIMEOUT', '2 weeks'],
    ['TPG_UNPAID_ORDER_TIMEOUT', '400d'],
    ['TPG_EXPIRY_GRACE', '8d'],
    ['TPG_EXPIRY_SCHEDULE', '61 * * * *'],
    ['TPG_EXPIRY_SCHEDULE', 'hourly'],
    ['TPG_TRUSTED_PROXIES', 'none'],
    ['TPG_TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TPG_SHOPIFY_IP_WHITELIST', '1.2.3.4, x'],
    ['TPG_SHOPIFY_IP_WHITELIST', '1/8'],
    ['TPG_SHOPIFY_API_VERSION', '2026-11'],
    ['TPG_SHOPIFY_ADMIN_URL', 'ftp://example.com'],
    ['TPG_SHOPIFY_ADMIN_URL', 'https://user:word@example.com'],
    ['TPG_SHOPIFY_ORDER_ID_FIELD', 'number'],
    ['TPG_SHOPIFY_PRICE_FIELD', 'tax'],
    ['TPG_RATE_LIMIT', 'many'],
    ['TPG_LOG_LEVEL', 'loud'],
    ['TPG_PAYMENT_WALLET_ADDRESS', 'nowhere'],
  ])('%s refuses %j in a sentence that repeats it', (name, text) => {
    const problems = problemsOf({ [name]: text });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name} must be .*\\.$`));
    expect(problems[0]).toContain(JSON.stringify(text));
  });

  it.each([
    ['TPG_JWT_SIGNING_KEY', 'deadbeef'],
    ['TPG_DATABASE_URL', 'mysql://user:deadbeef@host/store'],
    ['TPG_SHOPIFY_API_SECRET', 'dead beef'],
    ['TPG_SHOPIFY_ADMIN_ACCESS_TOKEN', 'dead beef'],
    ['TPG_SHOPIFY_HMAC_SECRET', 'dead beef'],
    ['TPG_SHOPIFY_HMAC_SECRET_PREVIOUS', 'dead beef'],
  ])('%s is refused without repeating what it is', (name, text) => {
    const problems = problemsOf({ [name]: text });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(name);
    expect(problems[0]).not.toMatch(/dead|beef/);
  });
});

describe('settings that belong together', () => {
  it('take a pair of keys that match', () => {
    expect(settingsOf(KEYS).jwtKeys).toEqual({
      signingKey: Uint8Array.from(Buffer.from(SIGNING_KEY, 'hex')),
      verificationKey: Uint8Array.from(Buffer.from(VERIFICATION_KEY, 'hex')),
    });
  });

  it('refuse half a pair, a pair that does not match, and a secret key that is none', () => {
    expect(problemsOf({ TPG_JWT_SIGNING_KEY: SIGNING_KEY })).toEqual([
      expect.stringContaining('TPG_JWT_VERIFICATION_KEY is missing'),
    ]);
    expect(problemsOf({ TPG_JWT_VERIFICATION_KEY: VERIFICATION_KEY })).toEqual([
      expect.stringContaining('TPG_JWT_SIGNING_KEY is missing'),
    ]);
    const mismatch = problemsOf({ ...KEYS, TPG_JWT_SIGNING_KEY: `0b${'00'.repeat(31)}` });
    expect(mismatch).toEqual([expect.stringContaining('do not match')]);
    expect(problemsOf({ ...KEYS, TPG_JWT_SIGNING_KEY: 'ff'.repeat(32) })).toEqual(mismatch);
    expect(mismatch.join()).not.toContain(VERIFICATION_KEY);
  });

  it('want a token and a webhook secret with a shop', () => {
    const problems = problemsOf({ TPG_SHOPIFY_SHOP: 'shop' });
    expect(problems).toHaveLength(2);
    expect(problems.join()).toContain('TPG_SHOPIFY_ADMIN_ACCESS_TOKEN');
    expect(problems.join()).toContain('TPG_SHOPIFY_HMAC_SECRET');
    const withToken = { TPG_SHOPIFY_SHOP: 'shop', TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: 'shpat_x' };
    expect(problemsOf(withToken)).toHaveLength(1);
    expect(problemsOf({ ...withToken, TPG_SHOPIFY_HMAC_CHECKS: 'off' })).toEqual([]);
    expect(settingsOf({ ...withToken, TPG_SHOPIFY_HMAC_SECRET: 's' }).shopify.hmacSecret).toBe('s');
    expect(settingsOf({ ...withToken, TPG_SHOPIFY_API_SECRET: 'app' }).shopify.hmacSecret).toBe('app');
  });

  it('take an unusual shop name only with the address of its Admin API', () => {
    const environment = {
      TPG_SHOPIFY_SHOP: 'shop.example.com',
      TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: 'token',
      TPG_SHOPIFY_HMAC_SECRET: 'secret',
    };
    expect(problemsOf(environment)).toEqual([expect.stringContaining('TPG_SHOPIFY_SHOP must be name or name.mysh')]);
    const withUrl = settingsOf({ ...environment, TPG_SHOPIFY_ADMIN_URL: 'http://127.0.0.1:9000/admin/api/x/' });
    expect(withUrl.shopify).toMatchObject({ shop: 'shop.example.com', adminUrl: 'http://127.0.0.1:9000/admin/api/x' });
  });

  it('are all complained about at once, single faults and contradictions alike', () => {
    const problems = problemsOf({
      TPG_PORT: 'x',
      TPG_LOG_LEVEL: 'x',
      TPG_JWT_SIGNING_KEY: SIGNING_KEY,
      TPG_SHOPIFY_SHOP: 'a shop',
      TPG_DATABASE_URL: 'x',
    });
    const names = ['TPG_PORT', 'TPG_DATABASE_URL', 'TPG_SHOPIFY_SHOP', 'TPG_LOG_LEVEL', 'TPG_JWT_SIGNING_KEY'];
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(names);
  });

  it('never make the parser throw, whatever the environment holds', () => {
    const name = fc.constantFrom(...settingDescriptions.map((setting) => setting.name));
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.ipV4(), fc.ipV6(), fc.webUrl(), fc.nat().map(String));
    fc.assert(
      fc.property(fc.dictionary(name, text), (environment) => {
        const parsed = parseSettings(environment);
        expect(parsed.ok || parsed.problems.every((problem) => /^(?:TPG|SPSP|ILP|KVASIR)_.*\.$/s.test(problem))).toBe(
          true,
        );
      }),
      { numRuns: 100 },
    );
  });
});

describe('the warnings', () => {
  const production = {
    ...KEYS,
    TPG_PAYMENT_WALLET_ADDRESS: '14s9vDTwrweZvWEgQ9gNhXXPX68DPXSSAHNFWYEPi5JsBQY',
    TPG_SHOPIFY_SHOP: 'shop',
    TPG_SHOPIFY_API_KEY: 'id',
    TPG_SHOPIFY_API_SECRET: 'secret',
    TPG_SHOPIFY_IP_WHITELIST: '192.0.2.1',
    TPG_SHOPIFY_PAYMENT_METHOD: 'Tari',
  };

  function warningsOf(environment: Record<string, string>): string[] {
    return warnings(settingsOf({ ...production, ...environment }));
  }

  it('are silent where all is well', () => {
    expect(warningsOf({})).toEqual([]);
  });

  it.each([
    ['TPG_SHOPIFY_HMAC_CHECKS', { TPG_SHOPIFY_HMAC_CHECKS: 'off' }],
    ['TPG_SHOPIFY_IP_WHITELIST', { TPG_SHOPIFY_IP_WHITELIST: 'none' }],
    ['TPG_DISABLE_WALLET_WHITELIST', { TPG_DISABLE_WALLET_WHITELIST: 'on' }],
    ['TPG_DISABLE_MEMO_SIGNATURE_CHECK', { TPG_DISABLE_MEMO_SIGNATURE_CHECK: 'on' }],
    ['TPG_PAYMENT_WALLET_ADDRESS', { TPG_PAYMENT_WALLET_ADDRESS: '' }],
    ['TPG_JWT_SIGNING_KEY', { TPG_JWT_SIGNING_KEY: '', TPG_JWT_VERIFICATION_KEY: '' }],
    ['TPG_USE_X_FORWARDED_FOR', { TPG_USE_X_FORWARDED_FOR: 'on', TPG_USE_FORWARDED: 'on' }],
    ['TPG_SHOPIFY_ADMIN_URL', { TPG_SHOPIFY_ADMIN_URL: 'http://proxy.example/admin' }],
    ['TPG_SHOPIFY_HMAC_SECRET', { TPG_SHOPIFY_SHOP: '', TPG_SHOPIFY_API_SECRET: '' }],
    ['TPG_SHOPIFY_SHOP', { TPG_SHOPIFY_SHOP: '' }],
    ['TPG_SHOPIFY_PAYMENT_METHOD', { TPG_SHOPIFY_PAYMENT_METHOD: '' }],
    ['TPG_DATABASE_URL', { TPG_DATABASE_URL: 'sqlite::memory:' }],
  ])('name %s', (name, environment) => {
    expect(warningsOf(environment).some((warning) => warning.startsWith(name))).toBe(true);
  });

  it('name what looks like a setting and is none, with what was meant', () => {
    const environment = {
      TPG_LOG_LEVL: 'x',
      tpg_port: '1',
      TPG_SOMETHING_ELSE_ALTOGETHER: '',
      TPG_PORT: '1',
      SPSP_PROT: '1',
      PATH: '/',
    };
    expect(unknownSettingWarnings(environment, settingDescriptions)).toEqual([
      '"TPG_LOG_LEVL" is no setting of this server and is ignored; did you mean TPG_LOG_LEVEL?',
      '"tpg_port" is no setting of this server and is ignored; did you mean TPG_PORT?',
      '"TPG_SOMETHING_ELSE_ALTOGETHER" is no setting of this server and is ignored.',
      '"SPSP_PROT" is no setting of this server and is ignored; did you mean SPSP_PORT?',
    ]);
  });
});

describe('the .env file', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'environment-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('need not be there', () => {
    expect(loadEnvironment(directory, { TPG_PORT: '1' })).toEqual({ ok: true, environment: { TPG_PORT: '1' } });
  });

  it('lies under the environment of the process, even where that is empty', () => {
    writeFileSync(join(directory, '.env'), '# comment\nTPG_PORT=1\nTPG_HOST="::1"\nTPG_LOG_LEVEL=debug\n');
    const environment = { TPG_PORT: '2', TPG_LOG_LEVEL: '' };
    expect(loadEnvironment(directory, environment)).toEqual({
      ok: true,
      environment: { ...environment, TPG_HOST: '::1' },
    });
  });

  it('is the one that TPG_SETTINGS_FILE names, which must be there then', () => {
    writeFileSync(join(directory, '.env'), 'TPG_PORT=1\n');
    const other = join(directory, 'other.env');
    expect(loadEnvironment(directory, { TPG_SETTINGS_FILE: other })).toEqual({
      ok: false,
      problems: [expect.stringContaining(`The settings file ${other} cannot be read`)],
    });
    writeFileSync(other, 'TPG_PORT=2\n');
    expect(loadEnvironment(directory, { TPG_SETTINGS_FILE: other })).toMatchObject({ environment: { TPG_PORT: '2' } });
    expect(loadEnvironment(directory, { TPG_SETTINGS_FILE: '' })).toMatchObject({ environment: { TPG_PORT: '1' } });
    expect(unknownSettingWarnings({ TPG_SETTINGS_FILE: other }, settingDescriptions)).toEqual([]);
  });

  it('can be that of the service, for the tool, where there is no other', () => {
    const service = join(directory, 'service.env');
    expect(loadEnvironment(directory, {}, service)).toEqual({ ok: true, environment: {} });
    writeFileSync(service, 'TPG_PORT=3\n');
    expect(loadEnvironment(directory, {}, service)).toEqual({ ok: true, environment: { TPG_PORT: '3' } });
    expect(loadEnvironment(directory, {})).toEqual({ ok: true, environment: {} });
    writeFileSync(join(directory, '.env'), 'TPG_PORT=1\n');
    expect(loadEnvironment(directory, {}, service)).toEqual({ ok: true, environment: { TPG_PORT: '1' } });
  });

  it('is a problem when it cannot be read', () => {
    mkdirSync(join(directory, '.env'));
    const loaded = loadEnvironment(directory, {});
    expect(loaded).toEqual({ ok: false, problems: [expect.stringContaining('cannot be read')] });
  });

  it('can begin as a copy of .env.sample with every line taken into use', () => {
    const wanted = settingDescriptions.filter(({ defaultText }) => defaultText !== undefined);
    const used = readFileSync(new URL('../../../.env.sample', import.meta.url), 'utf8').replace(
      /^#((?:TPG|SPSP|ILP)_)/gm,
      '$1',
    );
    writeFileSync(join(directory, '.env'), used);
    const loaded = loadEnvironment(directory, {});
    const environment = loaded.ok ? loaded.environment : {};
    for (const { name, defaultText } of wanted) expect(environment[name]).toBe(defaultText);
  });
});

describe('.env.sample', () => {
  it('names every setting', () => {
    const sample = readFileSync(new URL('../../../.env.sample', import.meta.url), 'utf8');
    for (const { name } of settingDescriptions) expect(sample).toContain(`\n#${name}=`);
  });
});
