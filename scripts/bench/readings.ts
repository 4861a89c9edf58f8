import { stringifyJson } from '#platform/json.ts';
import { systemRandomBytes as random } from '#platform/random.ts';
import { signToken } from '#tari/ristretto-jwt.ts';
import { aPerson, type Person } from '#test/demo/walkthrough.ts';
import type { createRequests, Journey } from './journeys.ts';
import { inLanes, load, type PreparedRequest } from './load.ts';

/** What is read of customers who have ordered often, beside a route that sends the same text and does nothing else. */

export const READERS = 16;
const ORDERS_OF_REGULAR = 30;

/** The shop's id of the first of them: the others follow. */
const FIRST_REGULAR = 6_000_000_000;

/** Reads of a list, of a single thing, and logins. */
const LISTS_READ = 3_008;
const SINGLES_READ = 10_048;
const LOGINS = 3_008;

export const READINGS = ['balance', 'order', 'account history', 'search', 'login'] as const;
export type Reading = (typeof READINGS)[number];

/** A customer with its orders. */
export interface RegularCustomer {
  person: Person;
  customerId: string;
  wallets: readonly [Person, Person];
  journeys: Journey[];
}

export function prepareRegulars(make: ReturnType<typeof createRequests>): RegularCustomer[] {
  return Array.from({ length: READERS }, (_, index) => {
    const person = aPerson('dual');
    const customerId = String(FIRST_REGULAR + index);
    const wallets = [aPerson('dual'), aPerson('dual')] as const;
    const journey = () => make.journey(...wallets, { person, customerId });
    return { person, customerId, wallets, journeys: Array.from({ length: ORDERS_OF_REGULAR }, journey) };
  });
}

/** Sends all that the customers did. */
export async function enterRegulars(url: string, regulars: readonly RegularCustomer[]): Promise<void> {
  const steps = ({ webhook, claim, payment, confirmation }: Journey) => [webhook, claim, payment, confirmation];
  const { failures } = await load(
    url,
    regulars.map(({ journeys }) => journeys.flatMap(steps)),
  );
  if (failures > 0) throw new Error(`${failures} requests of regular customers failed`);
}

/** @param headers those of a person who may read everything. */
export function readingsOf(
  regulars: readonly RegularCustomer[],
  headers: Record<string, string>,
): Record<Reading, PreparedRequest[][]> {
  const lanes = (count: number, path: (regular: RegularCustomer, index: number) => string) =>
    regulars.map((regular) =>
      Array.from({ length: count / READERS }, (_, index): PreparedRequest => {
        return { method: 'GET', path: path(regular, index), headers };
      }),
    );
  let nonce = Date.now();
  const login = ({ person: { name, secretKey } }: RegularCustomer): PreparedRequest => {
    nonce += 1;
    const token = signToken({ address: name, nonce, desired_roles: ['user'] }, secretKey, random);
    return { method: 'POST', path: '/auth', headers: { tpg_auth_token: token } };
  };
  return {
    balance: lanes(SINGLES_READ, ({ person }) => `/api/balance/${person.name}`),
    order: lanes(SINGLES_READ, ({ journeys }, index) => {
      return `/api/order/id/${(journeys[index % journeys.length] as Journey).order.id}`;
    }),
    'account history': lanes(LISTS_READ, ({ person }) => `/api/history/address/${person.name}`),
    search: lanes(LISTS_READ, ({ customerId }) => `/api/search/orders?customer_id=${customerId}`),
    login: regulars.map((regular) => Array.from({ length: LOGINS / READERS }, () => login(regular))),
  };
}

/**
 * What the bare route is sent for the same readings: it sends the texts that the server gave. Beside logins it is sent
 * webhooks.
 */
export async function bareReadings(
  bareUrl: string,
  serverUrl: string,
  readings: Record<Reading, PreparedRequest[][]>,
  webhooks: readonly PreparedRequest[],
): Promise<Record<Reading, PreparedRequest[][]>> {
  const entries = READINGS.map(async (reading): Promise<[Reading, PreparedRequest[][]]> => {
    const lanes = readings[reading];
    if (reading === 'login') return [reading, inLanes(webhooks.slice(0, LOGINS), READERS)];
    const [{ path, headers = {} }] = lanes[0] as [PreparedRequest];
    const text = await (await fetch(`${serverUrl}${path}`, { headers })).text();
    await fetch(`${bareUrl}/texts`, {
      method: 'POST',
      body: stringifyJson({ name: reading, text }),
    });
    const bare: PreparedRequest = { method: 'GET', path: `/texts/${encodeURIComponent(reading)}`, headers };
    return [reading, lanes.map((lane) => lane.map(() => bare))];
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<Reading, PreparedRequest[][]>;
}
