import { createHmac, randomUUID } from 'node:crypto';
import type { Profile } from '#auth/cli/profile-file.ts';
import { authClient } from '#auth/cli/requests.ts';
import { walletOf } from '#auth/cli/wallet-of.ts';
import type { ApiClient } from '#platform/cli/api-client.ts';
import { CommandError } from '#platform/cli/exit.ts';
import { type Finding, failed, ok, skipped } from '#platform/cli/findings.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { callServer, ServerRefusal } from '#platform/cli/server-call.ts';
import { plainText } from '#platform/cli/terminal/output.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import { readiness } from '#platform/monitoring/cli/answers.ts';
import { ratesClient } from '#rates/cli/requests.ts';
import { ShopError } from '#shops/shop-connector.ts';
import { shopifyAddresses } from '#shops/shopify/connect.ts';
import { PROBE_TOPIC } from '#shops/store/webhooks.ts';
import { isTariCurrency } from '#tari/micro-tari.ts';
import type { ShopConnection } from './connection.ts';
import { checkPublicSide } from './public-checks.ts';
import { checkProtectedData, checkSubscriptions } from './subscription-checks.ts';

/** Looks at everything that a shop and its server need of each other, and says for each what to do. */

export interface Patient {
  ports: CommandPorts;
  shop: ShopConnection;
  settings: Settings;
  /** Where the shop reaches the server; undefined where that was not told. */
  publicUrl: string | undefined;
  /** Where this machine reaches the server. */
  server: string;
  /** Logged in at the server; undefined where no profile was told. */
  client: ApiClient | undefined;
  /** Who logs in at the public address as well; undefined where no profile was told. */
  profile: Profile | undefined;
  fix: boolean;
}

/** A rate that is older than this is probably forgotten. */
const OLDEST_RATE_MS = 48 * 3_600_000;
/** Shopify's signatures and tokens bear a clock that is a little wrong. */
const MOST_CLOCK_DIFFERENCE_MS = 60_000;
const TIMEOUT_MS = 15_000;

/**
 * Makes all checks, one after another: a shop limits how fast it is asked. A cause is looked at before what follows from
 * it, and what fails stands first, in that order.
 */
export async function examine(patient: Patient): Promise<Finding[]> {
  const [clock, secret] = [await checkClock(patient), await checkSignature(patient)];
  const findings = [
    ...clock,
    ...(await checkShop(patient)),
    ...secret,
    ...(await checkPublicSide({
      ports: patient.ports,
      url: patient.publicUrl,
      shop: patient.settings.shopify.shop ?? '',
      secret: patient.settings.shopify.hmacSecret,
      isSecretTaken: secret.every(({ state }) => state === 'ok'),
      profile: patient.profile,
    })),
    ...(await checkReadiness(patient)),
    ...(await checkRate(patient)),
    ...(await checkHotWallet(patient)),
  ];
  const inState = (state: Finding['state']) => findings.filter((finding) => finding.state === state);
  return [...inState('failed'), ...inState('skipped'), ...inState('ok')];
}

// ---- The shop -----------------------------------------------------------------------------------------------------

/** What the shop says; where it does not let us in, it says nothing more. */
async function checkShop(patient: Patient): Promise<Finding[]> {
  const { shop, publicUrl, fix } = patient;
  const { scopes, findings } = await checkConnection(patient);
  if (scopes === undefined) {
    const advice = 'Mend the token first.';
    return [...findings, skipped('protected data', advice), skipped('webhooks', advice)];
  }
  const data = await checkProtectedData(shop, scopes);
  return [...findings, ...data, ...(await checkSubscriptions(shop, publicUrl, fix))];
}

/** @returns the scopes too; undefined if the shop refuses the login. */
async function checkConnection({
  shop: { connector, settings },
}: Patient): Promise<{ scopes: readonly string[] | undefined; findings: Finding[] }> {
  try {
    const report = await connector.checkConnection();
    const versionWarnings = report.warnings.filter((warning) => warning.includes('API version'));
    const findings = [
      ok('token', `the shop ${report.shop} lets us in`),
      report.missingScopes.length === 0
        ? ok('scopes', report.scopes.join(', '))
        : failed(
            'scopes',
            `${report.missingScopes.join(', ')} missing`,
            'Grant them to the app in the shop’s Dev Dashboard, and release and install that version of the app.',
          ),
      versionWarnings.length === 0
        ? ok('API version', `${settings.apiVersion} is supported`)
        : failed('API version', versionWarnings.join(' '), 'Set TPG_SHOPIFY_API_VERSION to a current quarter.'),
    ];
    return { scopes: report.scopes, findings };
  } catch (error) {
    if (!(error instanceof ShopError)) throw error;
    const advice = 'Compare TPG_SHOPIFY_SHOP and the token, or client id and secret, with what the shop shows.';
    return { scopes: undefined, findings: [failed('token', error.message, advice)] };
  }
}

async function checkClock({ ports, settings: { shopify } }: Patient): Promise<Finding[]> {
  const { shop, apiVersion, adminUrl } = shopify;
  const { graphqlUrl } = shopifyAddresses({ shop: shop ?? '', apiVersion, adminUrl: adminUrl ?? undefined });
  const response = await ports
    .fetch(graphqlUrl, { method: 'POST', body: '{}', signal: AbortSignal.timeout(TIMEOUT_MS) })
    .catch(() => undefined);
  const shopTime = Date.parse(response?.headers.get('date') ?? '');
  await response?.body?.cancel();
  if (Number.isNaN(shopTime)) return [skipped('clock', 'The shop did not tell its time; try again later.')];
  const seconds = Math.round((ports.clock.now().getTime() - shopTime) / 1000);
  if (Math.abs(seconds) * 1000 <= MOST_CLOCK_DIFFERENCE_MS) return [ok('clock', `${seconds} s from the shop’s`)];
  return [failed('clock', `${seconds} s from the shop’s`, 'Let the machine’s clock be set by NTP.')];
}

// ---- The server ---------------------------------------------------------------------------------------------------

/** A signed webhook that nothing is done for: whether it gets through shows whether the secret and the IP list fit. */
async function checkSignature({ ports, settings: { shopify }, server }: Patient): Promise<Finding[]> {
  if (shopify.hmacSecret === null) {
    return [failed('signature', 'TPG_SHOPIFY_HMAC_SECRET is not set', 'Set it to the app’s client secret.')];
  }
  const body = { doctor: randomUUID() };
  const call = {
    server,
    method: 'POST',
    path: '/shopify/webhook/no_op',
    body,
    headers: {
      'x-shopify-topic': PROBE_TOPIC,
      'x-shopify-shop-domain': shopify.shop ?? '',
      'x-shopify-webhook-id': randomUUID(),
      'x-shopify-hmac-sha256': createHmac('sha256', shopify.hmacSecret).update(JSON.stringify(body)).digest('base64'),
    },
  } as const;
  try {
    await callServer(ports, call, { timeoutMs: TIMEOUT_MS });
    return [ok('signature', 'the server takes what is signed with TPG_SHOPIFY_HMAC_SECRET')];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [failed('signature', error.message, adviceOnRefusal(error))];
  }
}

function adviceOnRefusal(error: CommandError): string {
  if (!(error instanceof ServerRefusal)) return 'Start the server, or say with --server where it is.';
  if (error.code === 'forbidden_peer') return 'Add this machine to TPG_SHOPIFY_IP_WHITELIST, or run this elsewhere.';
  return 'The server runs with other settings than these: restart it after they were changed.';
}

/** What the server itself says; its webhooks come last of all that has to be right for them. */
async function checkReadiness({ ports, server }: Patient): Promise<Finding[]> {
  const call = { server, method: 'GET', path: '/health/ready' } as const;
  try {
    const answer = await callServer(ports, call, { timeoutMs: TIMEOUT_MS, accept: [503] });
    const { data } = readiness.safeParse(answer.json);
    if (data === undefined) return [failed('server', 'it does not say how it does', 'Say with --server where it is.')];
    const advice = 'docs/operator.md says what to do about each.';
    const server = data.ready
      ? ok('server', 'it is ready')
      : failed('server', data.reasons.map(plainText).join(' '), advice);
    return data.webhooks === undefined ? [server] : [server, ...webhookFindings(data.webhooks)];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [failed('server', error.message, 'Start the server, or say with --server where it is.')];
  }
}

function webhookFindings({ rejected, age_seconds: age }: { rejected: bigint; age_seconds: number | null }): Finding[] {
  const last = age === null ? 'none has come yet' : `${Math.floor(age / 60)} minutes ago`;
  const advice = 'See why: taritools admin rejected list.';
  return [
    ok('last webhook', last),
    rejected === 0n
      ? ok('rejected webhooks', 'none')
      : failed('rejected webhooks', `${rejected} could not be used`, advice),
  ];
}

async function checkRate({ ports, client, shop }: Patient): Promise<Finding[]> {
  if (client === undefined) return [skipped('rate', 'Choose a profile with the role read_all, with -p.')];
  try {
    const currency = await currencyOf(shop);
    if (currency === undefined) return [skipped('rate', 'Grant the app read_products, so that the currency is known.')];
    if (isTariCurrency(currency)) return [ok('rate', `the shop’s prices are in ${currency}`)];
    const { rate, updated_at: since } = await ratesClient(client).exchangeRate(currency);
    const ageMs = ports.clock.now().getTime() - Date.parse(since);
    const detail = `1 ${currency} costs ${rate} µT, set ${Math.floor(ageMs / 3_600_000)} hours ago`;
    if (ageMs <= OLDEST_RATE_MS) return [ok('rate', detail)];
    return [failed('rate', detail, `Set it again: taritools admin rates set ${currency} AMOUNT.`)];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [failed('rate', error.message, 'Set it with: taritools admin rates set CURRENCY AMOUNT.')];
  }
}

async function currencyOf({ connector }: ShopConnection): Promise<string | undefined> {
  try {
    return (await connector.prices?.variants({ after: null, upTo: null, withTotal: false }))?.currency;
  } catch (error) {
    if (error instanceof ShopError) return undefined;
    throw error;
  }
}

async function checkHotWallet({ client, settings: { paymentWalletAddress, chain } }: Patient): Promise<Finding[]> {
  if (chain !== null) return [ok('hot wallet', 'its payments are found on the chain: see taritools wallet doctor')];
  if (client === undefined) return [skipped('hot wallet', 'Choose a profile with the role read_all, with -p.')];
  try {
    const wallets = await authClient(client).wallets();
    const advice = 'Authorize it with: taritools admin wallets add ADDRESS IP.';
    if (wallets.length === 0) return [failed('hot wallet', 'no wallet may report payments', advice)];
    if (paymentWalletAddress === null) {
      const sentence = 'Set TPG_PAYMENT_WALLET_ADDRESS to the wallet that customers pay to.';
      return [failed('hot wallet', 'customers are told to pay to the wallet that was registered first', sentence)];
    }
    const isAuthorized = walletOf(wallets, paymentWalletAddress) !== undefined;
    if (isAuthorized) return [ok('hot wallet', 'the one that customers pay to may report payments')];
    return [failed('hot wallet', 'the one that customers pay to may not report payments', advice)];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [failed('hot wallet', error.message, 'Choose a profile with the role read_all, with -p.')];
  }
}
