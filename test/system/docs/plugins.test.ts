import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { orderAddressAt } from '#auth/shop-address.ts';
import { EVENT_TYPES } from '#engine/events.ts';
import { orderView, paymentView } from '#engine/views.ts';
import { modules } from '#modules.ts';
import { silentLog } from '#platform/logging/logger.ts';
import { EventBus, messageOf } from '#platform/outbox/event-bus.ts';
import { type EventType, eventTypesOf } from '#platform/outbox/events.ts';
import { loadPlugins } from '#platform/outbox/plugins.ts';
import type { StoredEvent } from '#platform/outbox/stored-event.ts';
import { accountOf, parseAddress } from '#tari/address.ts';
import { microTari } from '#tari/micro-tari.ts';
import { example, jsonExample, ROOT, tableRows } from '#test/docs/documents.ts';

const PAGE = 'docs/plugin-author.md';
/** The hot wallet of all documents. */
const SHOP = '12HRp2iwRVYPDuHcJgdF9UMJV5qsQo1fZw4rrFwyRHMCR65m9u1Y56xixNzViryjeBjuFDEwoV3hA6hkv2uTHY3FSJ5';
const ORDER = jsonExample(PAGE, 'order');
const PAYMENT = jsonExample(PAGE, 'payment');

function busOfTests(): EventBus {
  return new EventBus(silentLog, EVENT_TYPES);
}

function storedEvent(id: bigint, type: EventType, payload: object): StoredEvent {
  return { id, type, subject: 'one', payload: JSON.stringify(payload), createdAt: new Date() };
}

/** What a plugin wrote to standard error. */
function listen(): string[] {
  const lines: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  return lines;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the example plugin', () => {
  it('tells of confirmed payments and paid orders, of each order once', async () => {
    const bus = busOfTests();
    await loadPlugins(['./docs/examples/log-payments.mjs'], ROOT, bus);
    const lines = listen();

    bus.emit([storedEvent(1n, 'PaymentConfirmed', { payment: PAYMENT })]);
    await vi.waitFor(() => expect(lines).toHaveLength(1));
    const paid = messageOf(storedEvent(2n, 'OrderPaid', { order: ORDER }));
    const handler = bus.handlerOf('log-payments', 'OrderPaid');
    for (let times = 0; times < 2; times += 1) await handler?.(paid, AbortSignal.timeout(1000));

    expect(lines).toEqual([
      `${PAYMENT.sender} paid 500.000000 XTM with transaction ${PAYMENT.txid}\n`,
      'Order 8997470732594 is paid: 477.000000 XTM (event 2)\n',
    ]);
  });

  it('writes amounts past 2^53, and below 0, in full', async () => {
    const bus = busOfTests();
    await loadPlugins(['./docs/examples/log-payments.mjs'], ROOT, bus);
    const lines = listen();
    const text = JSON.stringify({ payment: PAYMENT });
    for (const amount of ['20999999999999999', '-500000']) {
      bus.emit([{ ...storedEvent(1n, 'PaymentConfirmed', {}), payload: text.replace('500000000', amount) }]);
    }
    await vi.waitFor(() => expect(lines).toHaveLength(2));
    expect(lines.map((line) => line.split(' ')[2])).toEqual(['20999999999.999999', '-0.500000']);
  });

  it('fails when its time is over, so that it is called again', async () => {
    const bus = busOfTests();
    await loadPlugins(['./docs/examples/log-payments.mjs'], ROOT, bus);
    const paid = messageOf(storedEvent(3n, 'OrderPaid', { order: ORDER }));
    const handler = bus.handlerOf('log-payments', 'OrderPaid');
    await expect(handler?.(paid, AbortSignal.abort())).rejects.toThrow();
  });
});

describe('the smallest plugin', () => {
  it('is one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tari-payment-server-plugin-'));
    try {
      writeFileSync(join(folder, 'plugin.mjs'), example(PAGE, 'smallest-plugin'));
      const bus = busOfTests();
      await loadPlugins(['plugin.mjs'], folder, bus);
      const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      bus.emit([storedEvent(1n, 'OrderPaid', { order: ORDER })]);
      await vi.waitFor(() => expect(said).toHaveBeenCalledWith('Order 8997470732594 is paid.'));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('the page', () => {
  const eventsOn = (page: string) =>
    tableRows(page).flatMap(([first]) => /^`([A-Z]\w+)`$/.exec(first ?? '')?.[1] ?? []);

  it('names every event of the engine', () => {
    expect(eventsOn(PAGE).sort()).toEqual([...EVENT_TYPES].sort());
  });

  it('leaves those of other contexts to their pages, which name them', () => {
    const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
    const named = new Set(pages.flatMap((name) => eventsOn(`docs/${name}`)));
    expect(eventTypesOf(modules).filter((type) => !named.has(type))).toEqual([]);
  });

  it('shows an order and a payment as they are', () => {
    const account = accountOf(parseAddress(PAYMENT.sender));
    const time = new Date(PAYMENT.created_at);
    const payment = paymentView({
      account,
      txid: PAYMENT.txid,
      sender: PAYMENT.sender,
      amount: microTari(500_000_000n),
      memo: null,
      paymentType: 'on_chain',
      status: 'confirmed',
      orderId: null,
      claimant: null,
      claimIsSigned: false,
      owner: null,
      unspent: microTari(0n),
      isLate: false,
      hasLeftChain: false,
      paymentReference: null,
      blockHeight: null,
      createdAt: time,
      updatedAt: time,
    });
    expect({ ...payment, amount: Number(payment.amount) }).toEqual(PAYMENT);
    const order = orderView(
      {
        id: 1n,
        orderId: '8997470732594',
        altId: '#1001',
        customerId: '7001',
        memo: null,
        totalPrice: microTari(477_000_000n),
        originalPrice: '15.90',
        currency: 'USD',
        exchangeRate: 30_000_000n,
        status: 'Paid',
        amountOutstanding: null,
        amountSeen: microTari(0n),
        refunded: microTari(0n),
        claimedBy: account,
        claimKind: 'proven',
        ownMoney: microTari(0n),
        usableCredit: microTari(0n),
        createdAt: new Date(ORDER.created_at),
        updatedAt: new Date(ORDER.updated_at),
        shopUpdatedAt: new Date(ORDER.updated_at),
        shopTriggeredAt: null,
        pageCode: 'XPAV284CT',
        customerLocale: null,
      },
      orderAddressAt(SHOP),
    );
    const { id, total_price: price, amount_seen: seen } = order;
    expect({ ...order, id: Number(id), total_price: Number(price), amount_seen: Number(seen) }).toEqual(ORDER);
  });
});
