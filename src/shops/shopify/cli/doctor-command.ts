import { type Command, Option } from 'commander';
import { CommandError } from '#platform/cli/exit.ts';
import { exitCodeOf, type Finding, findingsView } from '#platform/cli/findings.ts';
import { askedAs } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { readServer } from '#platform/cli/server-address.ts';
import type { ShopConnection } from './connection.ts';
import { PUBLIC_ADDRESS } from './public-address.ts';
import { shopCommand } from './shop-command.ts';

interface DoctorFlags {
  url?: string;
  server?: string;
  profile?: string;
  fix?: boolean;
}

/** `shopify doctor`: what is wrong between shop and server, and what to do. */
export function doctorCommand(ports: CommandPorts): Command {
  return shopCommand<[], DoctorFlags, Finding[]>(ports, {
    name: 'doctor',
    description:
      'Check all that the shop and the server need of each other, and say for each what to do. The exit code is 1 where something is wrong',
    example: 'doctor --url https://pay.example.com -p boss --fix',
    menus: [
      {
        menu: 'shopify',
        section: 'doctor',
        label: 'Doctor',
        hint: 'what is wrong between shop and server',
        needs: ['--url'],
        asks: ['--fix'],
      },
    ],
    options: [
      askedAs(
        new Option('--url <url>', 'where the shop reaches the server; TPG_PUBLIC_URL unless told').argParser(
          readServer,
        ),
        PUBLIC_ADDRESS,
      ),
      new Option('--server <url>', 'where this machine reaches it; by TPG_HOST and TPG_PORT unless told').argParser(
        readServer,
      ),
      new Option('-p, --profile <name>', 'whose questions the server answers: a profile with the role read_all'),
      askedAs(new Option('--fix', 'subscribe to what is missing'), { ask: 'Subscribe to what is missing?' }),
    ],
    run: (shop, { options }) => diagnose(ports, shop, options),
    show: findingsView,
    exitCode: exitCodeOf,
  });
}

async function diagnose(ports: CommandPorts, shop: ShopConnection, flags: DoctorFlags): Promise<Finding[]> {
  const [{ examine }, { clientOf }, { chosenProfile }] = await Promise.all([
    import('./doctor.ts'),
    import('#auth/cli/session.ts'),
    import('#auth/cli/profiles.ts'),
  ]);
  const profile = flags.profile === undefined ? undefined : await chosenProfile(ports, flags.profile);
  const { settings } = shop;
  return examine({
    ports,
    shop,
    settings: shop.all,
    publicUrl: flags.url ?? shop.all.publicUrl ?? undefined,
    server: flags.server ?? serverOf(shop),
    client: profile && clientOf(ports, profile),
    profile,
    fix: flags.fix === true && settings.shop !== null,
  });
}

/** Where the server listens, as this machine reaches it. */
function serverOf({ all: { host, port } }: ShopConnection): string {
  if (port === 0) throw new CommandError('TPG_PORT is 0, so say with --server where the server is.', 2);
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
