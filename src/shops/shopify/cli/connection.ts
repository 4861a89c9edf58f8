import { setTimeout as sleep } from 'node:timers/promises';
import { environmentOf } from '#platform/cli/database-url.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import { silentLog } from '#platform/logging/logger.ts';
import { ShopError } from '#shops/shop-connector.ts';
import { type AdminClient, createAdminClient } from '#shops/shopify/admin-api/client.ts';
import { clientCredentialsToken, staticToken, type TokenSource } from '#shops/shopify/admin-api/tokens.ts';
import { type ShopifyConnector, shopifyAddresses, shopifyFromSettings } from '#shops/shopify/connect.ts';

/** The shop of the server's settings, asked by the tool itself and not by way of the server. */
export interface ShopConnection {
  /** All settings of the server. */
  all: Settings;
  settings: Settings['shopify'];
  client: AdminClient;
  connector: ShopifyConnector;
}

/** Does some work with the shop. What the shop refuses becomes a sentence for the user. */
export async function withShop<Answer>(
  ports: CommandPorts,
  work: (shop: ShopConnection) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work(await connect(ports));
  } catch (error) {
    if (error instanceof ShopError) throw new CommandError(error.message);
    throw error;
  }
}

async function connect(ports: CommandPorts): Promise<ShopConnection> {
  const all = await serverSettings(ports);
  const settings = all.shopify;
  const { shop, apiVersion } = settings;
  if (shop === null) {
    throw new CommandError('TPG_SHOPIFY_SHOP is not set, in the environment or in .env.', EXIT_CODES.wrongUse);
  }
  const machine = {
    fetch: ports.fetch,
    clock: ports.clock,
    sleep: (milliseconds: number, signal?: AbortSignal) => sleep(milliseconds, undefined, signal ? { signal } : {}),
    random: Math.random,
    log: silentLog,
  };
  const address = { shop, apiVersion, adminUrl: settings.adminUrl ?? undefined };
  const { graphqlUrl, tokenUrl } = shopifyAddresses(address);
  return {
    all,
    settings,
    client: createAdminClient({ ...machine, url: graphqlUrl, apiVersion, token: tokenOf(settings, tokenUrl, machine) }),
    connector: shopifyFromSettings(
      {
        ...address,
        accessToken: settings.adminAccessToken ?? undefined,
        clientId: settings.apiKey ?? undefined,
        clientSecret: settings.apiSecret ?? undefined,
        fields: settings,
      },
      machine,
    ),
  };
}

async function serverSettings(ports: CommandPorts): Promise<Settings> {
  const { parse } = await ports.settings();
  const parsed = parse(environmentOf(ports));
  if (parsed.ok) return parsed.settings;
  throw new CommandError(parsed.problems.join('\n'), EXIT_CODES.wrongUse);
}

type TokenPorts = Omit<Parameters<typeof clientCredentialsToken>[0], 'tokenUrl' | 'clientId' | 'clientSecret'>;

function tokenOf(settings: Settings['shopify'], tokenUrl: string, ports: TokenPorts): TokenSource {
  const { adminAccessToken, apiKey: clientId, apiSecret: clientSecret } = settings;
  if (adminAccessToken !== null) return staticToken(adminAccessToken);
  if (clientId !== null && clientSecret !== null) {
    return clientCredentialsToken({ ...ports, tokenUrl, clientId, clientSecret });
  }
  const sentence = 'Neither TPG_SHOPIFY_ADMIN_ACCESS_TOKEN nor TPG_SHOPIFY_API_KEY and TPG_SHOPIFY_API_SECRET are set.';
  throw new CommandError(sentence, EXIT_CODES.wrongUse);
}
