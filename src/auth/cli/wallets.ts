import { type Command, InvalidArgumentError, Option } from 'commander';
import { addressArgument } from '#platform/cli/address-arguments.ts';
import { u64Argument } from '#platform/cli/arguments.ts';
import type { QuestionFields } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { csvOption, group } from '#platform/cli/terminal/output-flags.ts';
import { parseIpAddress } from '#platform/ip-address.ts';
import type { TariAddress } from '#tari/address.ts';
import type { WalletAnswer } from './answers.ts';
import { walletDanger } from './dangers.ts';
import { authCommand } from './server-command.ts';
import { walletsView } from './views.ts';

/** One of those that are registered. */
const WALLET: QuestionFields = {
  ask: 'Wallet',
  async offers({ client }) {
    const { authClient } = await import('./requests.ts');
    const wallets = await authClient(await client()).wallets();
    return wallets.map(({ address, ip_address: place }) => ({ value: address, hint: place }));
  },
};

/** `admin wallets`: who may report payments. */
export function walletsCommand(ports: CommandPorts): Command {
  return group('wallets', 'The hot wallets that may report payments', [
    authCommand<[TariAddress, string], { initialNonce?: bigint }, WalletAnswer[]>(ports, {
      name: 'add',
      description: 'Let a wallet report payments, or give it another IP address',
      example: 'admin wallets add 14s9vDTwr… 192.0.2.7',
      menus: [
        {
          menu: 'admin',
          section: 'wallets',
          label: 'Add authorized wallet',
          hint: 'that may report payments',
          warning: ({ address, ip_address: place }) =>
            `Payments that ${address} reports from ${place} will be believed.`,
        },
      ],
      arguments: [
        ['<address>', 'in any form', addressArgument, { ask: 'Address of the wallet' }],
        ['<ip_address>', 'where its reports come from', ipArgument, { ask: 'IP address that its reports come from' }],
      ],
      options: [new Option('--initial-nonce <number>', 'its reports must have higher ones').argParser(u64Argument)],
      run: async (client, { arguments: [address, ipAddress], options }) => {
        await client.addWallet(address, ipAddress, options.initialNonce);
        return client.wallets();
      },
      show: walletsView,
    }),
    authCommand<[TariAddress], { force?: boolean }, WalletAnswer[]>(ports, {
      name: 'remove',
      description: 'Let a wallet report payments no longer',
      example: 'admin wallets remove 14s9vDTwr…',
      menus: [{ menu: 'admin', section: 'wallets', label: 'Remove authorized wallets', hint: 'they report no longer' }],
      arguments: [['<address>', 'in any form', addressArgument, WALLET]],
      options: [new Option('--force', 'also the last one')],
      danger: (client, { arguments: [address], options }) => walletDanger(client, address, options.force),
      run: async (client, { arguments: [address] }) => {
        await client.removeWallet(address);
        return client.wallets();
      },
      show: walletsView,
    }),
    authCommand<[], object, WalletAnswer[]>(ports, {
      name: 'list',
      description: 'List the hot wallets that may report payments',
      example: 'admin wallets list',
      menus: [{ menu: 'admin', section: 'wallets', label: 'List authorized wallets', hint: 'with their IP addresses' }],
      options: [csvOption()],
      run: (client) => client.wallets(),
      show: walletsView,
    }),
  ]);
}

function ipArgument(text: string): string {
  if (parseIpAddress(text.trim()) !== undefined) return text.trim();
  throw new InvalidArgumentError('It must be an IPv4 or IPv6 address.');
}
