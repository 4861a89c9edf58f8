import { addressToBase58, dualAddress } from '#tari/address.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import { startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS, HOT_WALLET, personOf } from '#test/test-wallets.ts';
import { type ConsoleServer, startConsole } from './console-server.ts';

/** A shop with something of everything, for tests that look at every page and for pictures of them. */

export interface Stage {
  server: TestServer;
  console: ConsoleServer;
  close(): Promise<void>;
}

const XTM = 1_000_000n;
const HOUR = 3_600_000;
export const HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
/** Ids of orders, by what has become of them. */
export const STAGED = {
  waiting: '8997470732501',
  hostile: '8997470732502',
  claimed: '8997470732503',
  short: '8997470732504',
  paid: '8997470732505',
  over: '8997470732506',
  late: '8997470732507',
  cancelled: '8997470732508',
  seen: '8997470732509',
} as const;

const [alice, bob, carol] = ACCOUNTS;
/** Whose address is an exchange’s. */
const EXCHANGE = personOf(40);

/** @param network of the shop's wallet. */
export async function setStage(network: 'mainnet' | 'esmeralda' = 'mainnet'): Promise<Stage> {
  const shop = dualAddress(network, publicKeyOf(personOf(91).secretKey), publicKeyOf(HOT_WALLET.secretKey), 3);
  const server = await startServer({
    hotWallet: true,
    settings: {
      TPG_PUBLIC_URL: 'https://pay.example.com',
      TPG_SHOP_NAME: 'Gem Street',
      ...(network === 'mainnet' && { TPG_PAYMENT_WALLET_ADDRESS: addressToBase58(shop) }),
    },
  });
  if (network === 'mainnet') await playShop(server);
  const console = await startConsole(server);
  return {
    server,
    console,
    async close() {
      await console.close();
      await server.close();
    },
  };
}

async function playShop(server: TestServer): Promise<void> {
  const { engine } = server.app;
  for (const [rate, hours] of [
    [31n, 20],
    [30n, 20],
    [33n, 1],
    [30n, 0],
  ] as const) {
    await engine.exchangeRates.set('USD', rate * XTM, 'staff:1');
    server.clock.advance(hours * HOUR);
  }
  let number = 1001;
  const order = async (id: string, fields: Record<string, unknown> = {}) => {
    const code = `XPAV28${String(number).slice(-3)}`;
    await server.order({
      id: BigInt(id),
      name: `#${number}`,
      confirmation_number: code,
      currency: 'USD',
      total_price: '15.90',
      customer: { id: 7001 },
      created_at: server.clock.now().toISOString(),
      updated_at: server.clock.now().toISOString(),
      ...fields,
    });
    number += 1;
    server.clock.advance(10 * 60_000);
  };
  const pay = (amount: bigint, orderId: string | null, sender = alice.address, memo: string | null = null) =>
    server.payConfirmed({ amount, order_id: orderId, sender, memo });

  await order(STAGED.late, { customer: { id: 7003 } });
  server.clock.advance(3 * HOUR);
  await engine.expiry.run();
  await pay(477n * XTM, STAGED.late, carol.address);
  await order(STAGED.paid);
  await pay(477n * XTM, STAGED.paid);
  await order(STAGED.over, { customer: { id: 7002 } });
  await pay(500n * XTM, STAGED.over, bob.address, HOSTILE);
  await order(STAGED.short, { customer: { id: 7002 }, note: 'Please wrap it as a gift.' });
  await pay(300n * XTM, STAGED.short, bob.address);
  await order(STAGED.cancelled, { customer: { id: 7004 } });
  await engine.orderChanges.cancel(
    { actor: 'staff:1' },
    { orderId: STAGED.cancelled, reason: 'the customer has changed their mind' },
  );
  await order(STAGED.claimed, { customer: { id: 7001 } });
  await server.claim(alice, STAGED.claimed);
  for (const customer of [7010, 7011]) {
    const id = `89974707326${customer}`;
    await order(id, { customer: { id: customer } });
    await pay(1n * XTM, id, EXCHANGE.address);
  }
  await pay(23n * XTM, null, EXCHANGE.address, 'thanks');
  await order(STAGED.seen, { customer: { id: 7005 } });
  await server.reportPayment({ amount: 477n * XTM, order_id: STAGED.seen, sender: carol.address });
  await order(STAGED.hostile, { note: HOSTILE, customer: { id: 7006 } });
  await order(STAGED.waiting, { customer: { id: 7006 } });
  await engine.notes.add(
    { actor: 'staff:1' },
    { orderId: STAGED.short },
    `Wrote to the customer, who pays the rest tonight. ${HOSTILE}`,
  );
  await engine.notes.add({ actor: 'staff:1' }, { customerId: '7002' }, 'A regular customer.');
  await server.webhook(JSON.stringify({ id: 5, name: HOSTILE, currency: 'ZZZ', total_price: '1.00' }));
  const [event] = await engine.eventsAfter(0n, 1, { order: 'desc' });
  const time = server.clock.now().toISOString();
  server.database.execute(`insert into deliveries
    (event_id, subscriber, subject, state, attempts, next_attempt_at, last_error, updated_at)
    values (${event?.id}, 'shopify', '${event?.subject}', 'dead', 12, '${time}', 'The order was refunded in the shop. ${HOSTILE.replaceAll("'", '')}', '${time}')`);
}
