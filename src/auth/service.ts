import type { Opened, ServiceContext } from '#platform/module.ts';
import { addressToBase58, networkOfBase58 } from '#tari/address.ts';
import { access, type IsKnownElsewhere } from './auth.ts';
import { authMetrics } from './metrics.ts';
import { people } from './people/service.ts';
import { wallets } from './wallets.ts';

declare module '#platform/module.ts' {
  interface Services {
    auth: AuthService;
  }
  interface Ports {
    /** Whether another context knows an account. */
    isKnownAccount?: IsKnownElsewhere;
  }
}

export type AuthService = ReturnType<typeof service>['service'];

function service(context: ServiceContext) {
  const { ports, settings } = context;
  const { paymentWalletAddress, disableWalletWhitelist } = settings;
  const authContext = {
    ...context,
    settings: {
      paymentWalletAddress: paymentWalletAddress === null ? undefined : addressToBase58(paymentWalletAddress),
      disableWalletWhitelist,
    },
  };
  const { admit, ...ofWallets } = wallets(authContext);
  const { service: ofPeople, endSessionsOf, jobs } = people(context);
  const isKnown: IsKnownElsewhere = async (tx, account) => (await ports.isKnownAccount?.(tx, account)) ?? false;
  return {
    jobs,
    service: { ...access(authContext, isKnown, endSessionsOf), wallets: ofWallets, people: ofPeople },
  };
}

export function open(context: ServiceContext): Opened<AuthService> {
  const { service: opened, jobs } = service(context);
  return {
    service: opened,
    metrics: authMetrics,
    background: {
      jobs,
      async start() {
        if (!(await opened.isAnySuperAdmin())) {
          context.log.warn(
            {},
            'There is no super admin yet. Create one with: taritools setup add-user -a ADDRESS -r super_admin',
          );
        }
        await warnOfOtherNetworks(context, opened);
      },
    },
  };
}

/** Wallets that were registered before the address was set, or while another was. */
async function warnOfOtherNetworks(
  { settings, log }: ServiceContext,
  { wallets }: Pick<AuthService, 'wallets'>,
): Promise<void> {
  const shop = settings.paymentWalletAddress?.network;
  if (shop === undefined) return;
  for (const { address } of await wallets.all()) {
    const network = networkOfBase58(address);
    if (network === shop) continue;
    log.warn(
      { wallet: address },
      `Hot wallet ${address} is on ${network}, but TPG_PAYMENT_WALLET_ADDRESS is on ${shop}: customers do not pay to it.`,
    );
  }
}
