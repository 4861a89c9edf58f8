import { ACCOUNTS } from '#test/test-wallets.ts';
import type { Stage } from './stage.ts';
import { STAGED } from './stage.ts';

/** Every page that can be looked at, by the name of its picture. */
export async function pagesSeen({ server }: Stage): Promise<Record<string, string>> {
  const [webhook] = await server.app.services.shops.webhooks.setAside(0n, 1);
  const [letter] = await server.app.services.outbox.deadLetters.after(0n, 1);
  const { rows } = await server.app.engine.lists.searchPayments({}, { limit: 1 });
  return {
    today: '',
    search: '/search',
    'search-results': '/search?q=477%20XTM',
    orders: '/orders',
    'orders-short': '/orders?money=short',
    order: `/orders/${STAGED.short}`,
    'order-late': `/orders/${STAGED.late}`,
    'order-hostile': `/orders/${STAGED.hostile}`,
    customers: '/customers',
    customer: '/customers/7002',
    payments: '/payments',
    payment: `/payments/${rows[0]?.txid}`,
    wallets: '/wallets',
    wallet: `/wallets/of/${ACCOUNTS[1].address}`,
    held: '/held',
    deliveries: '/deliveries',
    'deliveries-webhooks': '/deliveries/webhooks',
    'delivery-webhook': `/deliveries/webhooks/${webhook?.id}`,
    'deliveries-endpoints': '/deliveries/endpoints',
    'deliveries-events': '/deliveries/events',
    'delivery-event': `/deliveries/events/${letter?.event.id}`,
    rates: '/rates',
    'rate-history': '/rates/USD',
    'pull-pointers': '/pull-pointers',
    'audit-log': '/audit-log',
    'audit-log-change': '/audit-log/1',
    settings: '/settings',
    views: '/views',
    'form-price': `/orders/${STAGED.short}/price`,
    'form-cancel': `/orders/${STAGED.short}/cancel`,
    'form-credit': '/customers/7002/credit',
    'form-assign': `/held/${rows[0]?.txid}/assign`,
    'form-note': `/orders/${STAGED.short}/notes`,
  };
}
