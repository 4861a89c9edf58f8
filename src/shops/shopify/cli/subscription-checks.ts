import * as z from 'zod';
import { type Finding, failed, ok, skipped } from '#platform/cli/findings.ts';
import { plainText } from '#platform/cli/terminal/output.ts';
import { ShopError } from '#shops/shop-connector.ts';
import { READ_ANY_ORDER } from '#shops/shopify/admin-api/operations.ts';
import { isOutdated } from '#shops/shopify/subscriptions/subscription-renewal.ts';
import {
  isProtectedData,
  isSameAddress,
  missingTopics,
  NEEDED_TOPICS,
  readSubscriptions,
  SubscriptionRefused,
  type WebhookSubscription,
  webhookUri,
} from '#shops/shopify/subscriptions/subscriptions.ts';
import type { ShopConnection } from './connection.ts';

/** What the shop sends, and what it lets the app see of it. */

const ACCESS_ADVICE =
  'In the Dev Dashboard, under API access requests, ask for access to protected customer data for the app. Names, e-mails, phones and addresses are not needed. Then release and install that version.';

const anySchema = z.object({ orders: z.object({ nodes: z.array(z.unknown()) }) });

/** Orders are protected customer data: without access to it no order can be read, and no topic of orders subscribed. */
export async function checkProtectedData({ client }: ShopConnection, scopes: readonly string[]): Promise<Finding[]> {
  const check = 'protected data';
  try {
    await client.request(READ_ANY_ORDER, {}, anySchema);
    const customers = scopes.some((scope) => /^(?:read|write)_customers$/.test(scope))
      ? 'the ids of their customers can be asked for'
      : 'without read_customers, orders that are fetched later are those of guests';
    return [ok(check, `the app may see orders; ${customers}`)];
  } catch (error) {
    if (!(error instanceof ShopError)) throw error;
    if (!isProtectedData(error)) return [skipped(check, 'Mend the scopes first, then run this again.')];
    return [failed(check, 'the app was given no access to protected customer data, which orders are', ACCESS_ADVICE)];
  }
}

export async function checkSubscriptions(
  { client, connector, settings }: ShopConnection,
  publicUrl: string | undefined,
  fix: boolean,
): Promise<Finding[]> {
  try {
    if (publicUrl === undefined) {
      return [skipped('webhooks', 'Say where the shop reaches the server, with --url or TPG_PUBLIC_URL.')];
    }
    const renewal = fix ? await connector.renewSubscriptions(publicUrl) : undefined;
    if (renewal?.failure !== undefined) throw renewal.failure;
    const [refusal] = renewal?.refused ?? [];
    if (refusal !== undefined) throw refusal;
    const present = await readSubscriptions(client);
    return [
      missingFinding(present, publicUrl, [...(renewal?.created ?? []), ...(renewal?.moved ?? [])]),
      ...outdatedFindings(present, publicUrl),
      ...versionFindings(present, settings.apiVersion),
      ...otherFindings(present, publicUrl),
    ];
  } catch (error) {
    if (!(error instanceof ShopError)) throw error;
    return [failed('webhooks', error.message, adviceOn(error))];
  }
}

function adviceOn(error: ShopError): string {
  if (isProtectedData(error)) return ACCESS_ADVICE;
  if (error instanceof SubscriptionRefused && error.reason === 'scope') {
    return 'Grant the app read_orders and read_products, and release and install that version of it.';
  }
  return 'The shop takes only addresses with https that are not its own.';
}

function missingFinding(present: readonly WebhookSubscription[], publicUrl: string, fixed: string[]): Finding {
  const uri = webhookUri(publicUrl);
  const missing = missingTopics(present, uri);
  if (missing.length > 0) {
    const advice = `Run this with --fix, or taritools shopify webhooks install ${publicUrl}. Where they are in shopify.app.toml they are not seen here.`;
    return failed('webhooks', `not sent to ${uri}: ${missing.join(', ')}`, advice);
  }
  return ok(
    'webhooks',
    fixed.length > 0 ? `subscribed now: ${fixed.join(', ')}` : `${NEEDED_TOPICS.length} topics are sent to ${uri}`,
  );
}

function outdatedFindings(present: readonly WebhookSubscription[], publicUrl: string): Finding[] {
  const outdated = present.filter((subscription) => isOutdated(subscription, publicUrl));
  if (outdated.length === 0) return [];
  const ids = outdated.map(({ id }) => id.replace(/^.*\//, '')).join(' ');
  const advice = `Run this with --fix, which moves them; those that come twice then, end with: taritools shopify webhooks remove ${ids}.`;
  return [failed('old webhooks', `an older path, or XML: ${placesOf(outdated)}`, advice)];
}

/** The version is the app's, so every subscription has the same. */
function versionFindings(present: readonly WebhookSubscription[], apiVersion: string): Finding[] {
  const old = present.find((subscription) => !subscription.apiVersion.supported);
  if (old === undefined) return [];
  const detail = `the app gets webhooks in the version ${plainText(old.apiVersion.handle)}, which the shop supports no longer`;
  const advice = `Set the version of the app’s webhooks to ${apiVersion}, in the Dev Dashboard or in shopify.app.toml.`;
  return [failed('webhook version', detail, advice)];
}

/** Others may be meant: a second server, or another program of the app. So they are named, and left to a person. */
function otherFindings(present: readonly WebhookSubscription[], publicUrl: string): Finding[] {
  const uri = webhookUri(publicUrl);
  const atOurs = present.filter((one) => isSameAddress(one.uri, uri));
  const unneeded = atOurs.filter(({ topic }) => !(NEEDED_TOPICS as readonly string[]).includes(topic));
  const elsewhere = present.filter((one) => !atOurs.includes(one) && !isOutdated(one, publicUrl));
  const remove = 'End them where nothing needs them: taritools shopify webhooks remove';
  return [
    ...(unneeded.length === 0
      ? []
      : [
          ok(
            'unused webhooks',
            `nothing is done for ${unneeded.map(({ topic }) => topic).join(', ')}`,
            `${remove} ID.`,
          ),
        ]),
    ...(elsewhere.length === 0
      ? []
      : [ok('other webhooks', `other addresses: ${placesOf(elsewhere)}`, `${remove} ID, or --url URL.`)]),
  ];
}

const MAX_PLACES_NAMED = 5;

function placesOf(subscriptions: readonly WebhookSubscription[]): string {
  const named = subscriptions.slice(0, MAX_PLACES_NAMED).map(({ topic, uri }) => `${topic} to ${plainText(uri)}`);
  const more = subscriptions.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}
