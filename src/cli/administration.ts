import { type Command, InvalidArgumentError, Option } from 'commander';
import { rateDanger, revokeDanger, walletDanger } from '#engine/cli/dangers.ts';
import { ratesView, readinessView, rolesView, walletsView } from '#engine/cli/views.ts';
import { addressArgument, rolesOption } from '#platform/cli/address-arguments.ts';
import type { ApiClient } from '#platform/cli/api-client.ts';
import type { ExchangeRateAnswer, ReadinessAnswer, WalletAnswer } from '#platform/cli/api-shapes.ts';
import { amountArgument, u64Argument } from '#platform/cli/arguments.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { serverCommand } from '#platform/cli/server-command.ts';
import { plainText, record } from '#platform/cli/terminal/output.ts';
import { group } from '#platform/cli/terminal/output-flags.ts';
import type { Role } from '#platform/database/tables.ts';
import { parseIpAddress } from '#platform/ip-address.ts';
import { addressToBase58, type TariAddress } from '#tari/address.ts';

const ADDRESS: readonly [string, string, (text: string) => TariAddress] = ['<address>', 'in any form', addressArgument];
const CURRENCY: readonly [string, string] = ['<currency>', 'its code, such as USD'];

interface RolesAnswer {
  address: string;
  roles: string[];
}

/** `admin wallets`: who may report payments. */
export function walletsCommand(ports: CommandPorts): Command {
  return group('wallets', 'The hot wallets that may report payments', [
    serverCommand<[], object, WalletAnswer[]>(ports, {
      name: 'list',
      description: 'List the hot wallets that may report payments',
      example: 'admin wallets list',
      run: (client) => client.wallets(),
      show: walletsView,
    }),
    serverCommand<[TariAddress, string], { initialNonce?: bigint }, WalletAnswer[]>(ports, {
      name: 'add',
      description: 'Let a wallet report payments, or give it another IP address',
      example: 'admin wallets add 14s9vDTwr… 192.0.2.7',
      arguments: [ADDRESS, ['<ip_address>', 'where its reports come from', ipArgument]],
      options: [new Option('--initial-nonce <number>', 'its reports must have higher ones').argParser(u64Argument)],
      run: async (client, { arguments: [address, ipAddress], options }) => {
        await client.addWallet(address, ipAddress, options.initialNonce);
        return client.wallets();
      },
      show: walletsView,
    }),
    serverCommand<[TariAddress], { force?: boolean }, WalletAnswer[]>(ports, {
      name: 'remove',
      description: 'Let a wallet report payments no longer',
      example: 'admin wallets remove 14s9vDTwr…',
      arguments: [ADDRESS],
      options: [new Option('--force', 'also the last one')],
      danger: (client, { arguments: [address], options }) => walletDanger(client, address, options.force),
      run: async (client, { arguments: [address] }) => {
        await client.removeWallet(address);
        return client.wallets();
      },
      show: walletsView,
    }),
  ]);
}

/** `admin roles`: who may do what. */
export function rolesCommand(ports: CommandPorts): Command {
  const show = ({ address, roles }: RolesAnswer) => [`${plainText(address)} has the roles ${roles.join(', ')}.`];
  const rolesToChange = () => rolesOption('-r, --roles <role...>', 'the roles').makeOptionMandatory();
  return group('roles', 'Who may do what', [
    serverCommand<[TariAddress], object, RolesAnswer>(ports, {
      name: 'show',
      description: 'The roles of an address',
      example: 'admin roles show 14s9vDTwr…',
      arguments: [ADDRESS],
      run: (client, { arguments: [address] }) => client.rolesOf(address),
      show,
    }),
    serverCommand<[], object, RolesAnswer[]>(ports, {
      name: 'list',
      description: 'All addresses that were given roles, with them',
      example: 'admin roles list',
      run: (client) => client.everybodysRoles(),
      show: rolesView,
    }),
    serverCommand<[TariAddress], { roles: Role[] }, RolesAnswer>(ports, {
      name: 'grant',
      description: 'Give an address roles',
      example: 'admin roles grant 14s9vDTwr… -r read_all',
      arguments: [ADDRESS],
      options: [rolesToChange()],
      run: async (client, { arguments: [address], options: { roles } }) => {
        await client.changeRoles(address, { apply: roles });
        return client.rolesOf(address);
      },
      show,
    }),
    serverCommand<[TariAddress], { roles: Role[]; force?: boolean }, RolesAnswer>(ports, {
      name: 'revoke',
      description: 'Take roles from an address, at once',
      example: 'admin roles revoke 14s9vDTwr… -r read_all',
      arguments: [ADDRESS],
      options: [rolesToChange(), new Option('--force', 'also of the last super admin')],
      danger: (client, { arguments: [address], options }) => revokeDanger(client, address, options),
      run: (client, { arguments: [address], options: { roles } }) => revoke(client, address, roles),
      show,
    }),
  ]);
}

/** Who has taken their own roles can't ask what is left of them. */
async function revoke(client: ApiClient, address: TariAddress, roles: readonly Role[]): Promise<RolesAnswer> {
  const before = await client.rolesOf(address);
  await client.changeRoles(address, { revoke: roles });
  return { ...before, roles: before.roles.filter((role) => !(roles as readonly string[]).includes(role)) };
}

/** `admin rates`: what currencies cost in Tari. */
export function ratesCommand(ports: CommandPorts, more: readonly Command[] = []): Command {
  return group('rates', 'What currencies cost in Tari', [
    serverCommand<[string], object, ExchangeRateAnswer>(ports, {
      name: 'get',
      description: 'The rate of a currency',
      example: 'admin rates get USD',
      arguments: [CURRENCY],
      run: (client, { arguments: [currency] }) => client.exchangeRate(currency),
      show: (rate, output) => ratesView([rate], output),
    }),
    serverCommand<[string, bigint], object, ExchangeRateAnswer>(ports, {
      name: 'set',
      description: 'Set the rate of a currency, for orders that come from now on',
      example: 'admin rates set USD "30 XTM"',
      arguments: [CURRENCY, ['<amount>', 'what one unit costs, in Tari or with µT behind it', amountArgument]],
      danger: (client, { arguments: [currency, rate] }) => rateDanger(client, currency, rate),
      run: async (client, { arguments: [currency, rate] }) => {
        await client.setExchangeRate(currency, rate);
        return client.exchangeRate(currency);
      },
      show: (rate, output) => ratesView([rate], output),
    }),
    ...more,
  ]);
}

/** `admin health`: whether the server is ready. */
export function healthCommand(ports: CommandPorts): Command {
  return serverCommand<[], object, ReadinessAnswer>(ports, {
    name: 'health',
    description: 'Whether the server is ready for work, and if not, why',
    example: 'admin health',
    run: (client) => client.health(),
    show: readinessView,
  });
}

/** `login`: a login that works is the best proof of a profile. */
export function loginCommand(ports: CommandPorts): Command {
  return serverCommand<[], object, RolesAnswer & { server: string; until: string | null }>(ports, {
    name: 'login',
    description: 'Log in, and show as whom and until when',
    example: 'login -p boss',
    run: async (client) => {
      await client.logIn();
      const address = client.signer === undefined ? '-' : addressToBase58(client.signer.address);
      const until = client.loggedInUntil()?.toISOString() ?? null;
      return { server: client.server, address, roles: [...client.roles], until };
    },
    show: ({ server, address, roles, until }, output) =>
      record(
        [
          ['Server', server],
          ['Address', address],
          ['Roles', roles.join(', ')],
          ['Until', until],
        ],
        output.terminal,
      ),
  });
}

function ipArgument(text: string): string {
  if (parseIpAddress(text.trim()) !== undefined) return text.trim();
  throw new InvalidArgumentError('It must be an IPv4 or IPv6 address.');
}
