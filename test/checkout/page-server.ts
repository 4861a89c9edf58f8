import Fastify, { type FastifyInstance } from 'fastify';
import type { HandlerPorts } from '#checkout/http/handlers.ts';
import { checkoutRoutes } from '#checkout/http/routes.ts';
import type { OrderNews } from '#checkout/payer-orders.ts';
import type { PayPageSettings } from '#checkout/settings.ts';
import { createErrorHandler } from '#platform/http/errors.ts';
import { sendSecurityHeaders } from '#platform/http/security-headers.ts';
import { silentLog } from '#platform/logging/logger.ts';
import { findNamed, NOW, NUMBER, ORDERS, type ShownWithCustomer } from './orders.ts';

/** The pages by themselves, over orders that a test makes up: every state can be looked at. */

export const SHOP_SETTINGS: PayPageSettings = {
  shopName: 'Gem Street',
  shopUrl: 'https://gem-street.example.com',
  supportUrl: 'mailto:help@gem-street.example.com',
  logo: null,
  colour: '#4a3fd1',
  frameAncestors: [],
};

export interface PageServer {
  app: FastifyInstance;
  url: string;
  /** By their names in the path; they may be changed. */
  orders: Record<string, ShownWithCustomer>;
  /** Says that something has happened to orders. */
  tell(orders: readonly string[]): void;
  pathOf(name: string): string;
  close(): Promise<void>;
}

const unlimited = Object.assign(async () => undefined, {
  refuseExceeded: () => undefined,
  refuseBody: () => undefined,
});

export async function startPageServer(
  settings: Partial<PayPageSettings> = {},
  ports: Partial<HandlerPorts> = {},
): Promise<PageServer> {
  const orders: Record<string, ShownWithCustomer> = { ...ORDERS };
  let last = 0n;
  let tell: (news: OrderNews) => void = () => undefined;
  const app = Fastify({ logger: false, forceCloseConnections: 'idle' });
  app.setErrorHandler(createErrorHandler(silentLog));
  sendSecurityHeaders(app);
  await app.register(
    checkoutRoutes({
      settings: { ...SHOP_SETTINGS, ...settings },
      publicUrl: null,
      payerOrders: {
        find: findNamed(orders),
        setRefundAddress: async () => undefined,
        linkOf: async (orderId) => ({ orderId, code: NUMBER }),
        news: (after) =>
          after === undefined
            ? Promise.resolve({ last, orders: [], customers: [] })
            : new Promise((resolve) => {
                tell = resolve;
              }),
      },
      orders: { claim: () => Promise.reject(new Error('No order is claimed here')) },
      clock: { now: () => NOW },
      log: silentLog,
      limitStrangers: unlimited,
      clientAddress: (request) => request.socket.remoteAddress ?? '',
      ...ports,
    }),
  );
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    app,
    url,
    orders,
    tell(names) {
      last += 1n;
      tell({ last, orders: names.map((name) => orders[name]?.orderId ?? name), customers: [] });
    },
    pathOf: (name) => `/o/${name}/${NUMBER}`,
    close: () => app.close(),
  };
}
