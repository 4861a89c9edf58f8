import type { Opened, ServiceContext } from '#platform/module.ts';
import { startDeadline } from '#platform/request-deadline.ts';
import '#shops/ports.ts';
import { ShopError } from '#shops/shop-connector.ts';
import type { Found } from './found.ts';
import { askMiddleware } from './middleware.ts';

declare module '#platform/module.ts' {
  interface Services {
    directory: DirectoryService;
  }
}

export type DirectoryService = ReturnType<typeof directory>;

/** How long the shop may take, with the pauses that its limits of requests ask for. */
const SHOP_WITHIN_MS = 15_000;

/** The directory of customers: the merchant's own program if one is set, otherwise the shop. */
function directory({ settings, ports }: Pick<ServiceContext, 'settings' | 'ports'>, ending: AbortSignal) {
  return {
    /**
     * Looks up an e-mail address. It is kept nowhere, and written to no log.
     * @param email without spaces, quotation marks and backslashes.
     */
    async find(email: string): Promise<Found> {
      if (settings.directory !== null) return askMiddleware(settings.directory, email, ending);
      if (ports.shop?.customersByEmail === undefined) return { kind: 'none' };
      const deadline = startDeadline(SHOP_WITHIN_MS, ending);
      try {
        return { kind: 'customers', customerIds: await ports.shop.customersByEmail(email, deadline.signal) };
      } catch (error) {
        if (deadline.signal.aborted) return { kind: 'failed', reason: 'the shop took too long.' };
        if (!(error instanceof ShopError)) throw error;
        return { kind: 'failed', reason: error.message.replaceAll(email, '…') };
      } finally {
        deadline.stop();
      }
    },
  };
}

export function open(context: ServiceContext): Opened<DirectoryService> {
  const ending = new AbortController();
  return {
    service: directory(context, ending.signal),
    background: {
      async stop() {
        ending.abort();
      },
    },
  };
}
