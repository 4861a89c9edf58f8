import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { hex } from '@scure/base';
import { access } from '#auth/auth.ts';
import { systemClock } from '#platform/clock.ts';
import { silentLog } from '#platform/logging/logger.ts';
import { systemRandomBytes } from '#platform/random.ts';
import { generateSecretKey, publicKeyOf } from '#tari/schnorr.ts';
import { openStore } from '#test/database/open.ts';
import {
  type ShopifyStandIn,
  STAND_IN_TOKEN,
  type StandInOptions,
  startShopifyStandIn,
} from '#test/fake-shopify/server.ts';
import { freePort } from '#test/processes/server-process.ts';
import { type PreparedChain, prepareChain } from './demo-chain.ts';
import { aPerson, type Person } from './walkthrough.ts';

/** All that a play needs around the server: a shop, keys, a super admin, settings. */
export interface PreparedStage {
  standIn: ShopifyStandIn;
  hmacSecret: string;
  operator: Person;
  unclaimedTimeoutMs: number;
  /** For the server's environment. */
  settings: Record<string, string>;
}

/**
 * Prepares a stage in a folder of its own: a database in which the operator is super admin, which is a SQLite file there
 * unless told, made keys, and a Shopify stand-in that is ready to be asked.
 */
export async function prepareStage(
  folder: string,
  {
    unclaimedTimeoutMs,
    shop = {},
    databaseUrl = `sqlite://${join(folder, 'store.db')}`,
  }: { unclaimedTimeoutMs: number; shop?: StandInOptions; databaseUrl?: string },
): Promise<PreparedStage> {
  const standIn = await startShopifyStandIn(shop);
  const hmacSecret = randomBytes(24).toString('base64url');
  const operator = aPerson();
  const signingKey = generateSecretKey(systemRandomBytes);
  const port = await freePort();
  await makeSuperAdmin(databaseUrl, operator);
  return {
    standIn,
    hmacSecret,
    operator,
    unclaimedTimeoutMs,
    settings: {
      TPG_HOST: '127.0.0.1',
      TPG_PORT: String(port),
      TPG_PUBLIC_URL: `http://127.0.0.1:${port}`,
      TPG_SHOP_NAME: 'Gem Street',
      TPG_DATABASE_URL: databaseUrl,
      TPG_JWT_SIGNING_KEY: hex.encode(signingKey),
      TPG_JWT_VERIFICATION_KEY: hex.encode(publicKeyOf(signingKey)),
      TPG_SHOPIFY_SHOP: standIn.shop,
      TPG_SHOPIFY_ADMIN_URL: standIn.url,
      TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: STAND_IN_TOKEN,
      TPG_SHOPIFY_HMAC_SECRET: hmacSecret,
      TPG_UNCLAIMED_ORDER_TIMEOUT: `${unclaimedTimeoutMs}ms`,
      TPG_EXPIRY_SCHEDULE: '* * * * * *',
      TPG_EXPIRY_GRACE: '0s',
      TPG_LOG_LEVEL: 'info',
    },
  };
}

/** The same with a chain that the server watches, for the walkthrough. */
export interface PreparedChainStage extends PreparedStage {
  chain: PreparedChain;
  close(): Promise<void>;
}

export async function prepareChainStage(...given: Parameters<typeof prepareStage>): Promise<PreparedChainStage> {
  const stage = await prepareStage(...given);
  const chain = await prepareChain();
  return {
    ...stage,
    chain,
    settings: { ...stage.settings, ...chain.settings },
    async close() {
      await Promise.all([stage.standIn.close(), chain.close()]);
    },
  };
}

export async function makeSuperAdmin(databaseUrl: string, operator: Person): Promise<void> {
  const store = await openStore(databaseUrl, { maxConnections: 1 });
  const { changeRoles } = access({ store, clock: systemClock, log: silentLog });
  await changeRoles([{ address: operator.address, apply: ['super_admin'], revoke: [] }], 'demo');
  await store.close();
}
