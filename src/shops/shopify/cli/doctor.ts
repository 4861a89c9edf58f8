import { createHmac, randomUUID } from 'node:crypto';
import type { ApiClient } from '#platform/cli/api-client.ts';
import { CommandError } from '#platform/cli/exit.ts';
import { type Finding, failed, ok, skipped } from '#platform/cli/findings.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { callServer, ServerRefusal } from '#platform/cli/server-call.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import { StorefrontError } from '#shops/shop-connector.ts';
import { shopifyAddresses } from '#shops/shopify/connect.ts';
import {
  missingTopics,
  NEEDED_TOPICS,
  readSubscriptions,
  subscribe,
  webhookUri,
} from '#shops/shopify/subscriptions.ts';
import { accountOf, parseAddress } from '#tari/address.ts';
import { isTariCurrency } from '#tari/micro-tari.ts';
import type { ShopConnection } from './connection.ts';

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
  fix: boolean;
}

/** A rate that is older than this is probably forgotten. */
const OLDEST_RATE_MS = 48 * 3_600_000;
/** Shopify's signatures and tokens bear a clock that is a little wrong. */
const MOST_CLOCK_DIFFERENCE_MS = 60_000;
const TIMEOUT_MS = 15_000;

/** Makes all checks, one after another: a shop limits how fast it is asked. */
export async function examine(patient: Patient): Promise<Finding[]> {
  const checks = [checkConnection, checkSubscriptions, checkSignature, checkClock, checkRate, checkHotWallet];
  const findings: Finding[] = [];
  for (const check of checks) findings.push(...(await check(patient)));
  return findings;
}

// ---- The shop -----------------------------------------------------------------------------------------------------

async function checkConnection({ shop: { storefront, settings } }: Patient): Promise<Finding[]> {
  try {
    const report = await storefront.checkConnection();
    const versionWarnings = report.warnings.filter((warning) => warning.includes('API version'));
    return [
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
  } catch (error) {
    if (!(error instanceof StorefrontError)) throw error;
    const advice = 'Compare TPG_SHOPIFY_SHOP and the token, or client id and secret, with what the shop shows.';
    return [failed('token', error.message, advice)];
  }
}

async function checkSubscriptions({ shop: { client }, publicUrl, fix }: Patient): Promise<Finding[]> {
  if (publicUrl === undefined) return [skipped('webhooks', 'Say where the shop reaches the server, with --url.')];
  const uri = webhookUri(publicUrl);
  try {
    const missing = missingTopics(await readSubscriptions(client), uri);
    if (missing.length === 0) return [ok('webhooks', `${NEEDED_TOPICS.length} topics are sent to ${uri}`)];
    if (fix) {
      for (const topic of missing) await subscribe(client, topic, uri);
      return [ok('webhooks', `subscribed now: ${missing.join(', ')}`)];
    }
    const advice = `Run this with --fix, or taritools shopify webhooks install ${publicUrl}.`;
    return [failed('webhooks', `not sent to ${uri}: ${missing.join(', ')}`, advice)];
  } catch (error) {
    if (!(error instanceof StorefrontError)) throw error;
    return [failed('webhooks', error.message, 'The shop takes only addresses with https that are not its own.')];
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
      'x-shopify-topic': 'app/doctor',
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

async function checkRate({ ports, client, shop }: Patient): Promise<Finding[]> {
  if (client === undefined) return [skipped('rate', 'Choose a profile with the role read_all, with -p.')];
  try {
    const currency = await currencyOf(shop);
    if (currency === undefined) return [skipped('rate', 'Grant the app read_products, so that the currency is known.')];
    if (isTariCurrency(currency)) return [ok('rate', `the shop’s prices are in ${currency}`)];
    const { rate, updated_at: since } = await client.exchangeRate(currency);
    const ageMs = ports.clock.now().getTime() - Date.parse(since);
    const detail = `1 ${currency} costs ${rate} µT, set ${Math.floor(ageMs / 3_600_000)} hours ago`;
    if (ageMs <= OLDEST_RATE_MS) return [ok('rate', detail)];
    return [failed('rate', detail, `Set it anew: taritools admin rates set ${currency} AMOUNT.`)];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [failed('rate', error.message, 'Set it with: taritools admin rates set CURRENCY AMOUNT.')];
  }
}

async function currencyOf({ storefront }: ShopConnection): Promise<string | undefined> {
  try {
    return (await storefront.prices?.variants({ after: null, upTo: null, withTotal: false }))?.currency;
  } catch (error) {
    if (error instanceof StorefrontError) return undefined;
    throw error;
  }
}

async function checkHotWallet({ client, settings: { paymentWalletAddress, chain } }: Patient): Promise<Finding[]> {
  if (chain !== null) return [ok('hot wallet', 'its payments are found on the chain: see taritools wallet doctor')];
  if (client === undefined) return [skipped('hot wallet', 'Choose a profile with the role read_all, with -p.')];
  try {
    const wallets = await client.wallets();
    const advice = 'Authorize it with: taritools admin wallets add ADDRESS IP.';
    if (wallets.length === 0) return [failed('hot wallet', 'no wallet may report payments', advice)];
    if (paymentWalletAddress === null) {
      const sentence = 'Set TPG_PAYMENT_WALLET_ADDRESS to the wallet that customers pay to.';
      return [failed('hot wallet', 'customers are told to pay to the wallet that was registered first', sentence)];
    }
    const account = accountOf(paymentWalletAddress);
    const isAuthorized = wallets.some(({ address }) => accountOf(parseAddress(address)) === account);
    if (isAuthorized) return [ok('hot wallet', 'the one that customers pay to may report payments')];
    return [failed('hot wallet', 'the one that customers pay to may not report payments', advice)];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [failed('hot wallet', error.message, 'Choose a profile with the role read_all, with -p.')];
  }
}
