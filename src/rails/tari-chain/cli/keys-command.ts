import { Command, Option } from 'commander';
import { askedAs, inMenus } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import type { Network } from '#tari/address.ts';

/** `wallet keys`: from what a wallet's owner has to the settings with which the server watches the chain. */

export interface KeysFlags {
  network?: Network;
  input?: string;
  address?: string;
  nodes?: string;
  write?: boolean;
  file?: string;
  replace?: boolean;
  json?: boolean;
}

/** Every network by name. Addresses are not loaded to describe a command: hot wallets start the tool often. */
const NETWORK_NAMES = Object.keys({
  mainnet: true,
  stagenet: true,
  nextnet: true,
  localnet: true,
  igor: true,
  esmeralda: true,
} satisfies Record<Network, true>);

export function keysCommand(ports: CommandPorts): Command {
  const command = new Command('keys')
    .description(
      'Make the settings with which the server finds the wallet’s payments on the chain, from its seed words or from what export-view-key-and-spend-key of the console wallet prints. They spend nothing. What is given is asked for without showing it, and is not kept',
    )
    .addOption(
      new Option('-n, --network <network>', 'the network of the wallet; mainnet, or that of --address').choices(
        NETWORK_NAMES,
      ),
    )
    .option('--input <path>', 'read the words or keys from this file in place of asking; - is standard input')
    .option('-a, --address <address>', 'an address of the wallet, which the keys must belong to')
    .addOption(
      askedAs(new Option('--nodes <urls>', 'the base nodes to ask as well, as TPG_TARI_NODES'), {
        ask: 'Base nodes to ask, with commas',
        whenEmpty: 'empty for those that are set',
      }),
    )
    .option('--write', 'write the settings into the settings file, in place of printing them')
    .option('-f, --file <path>', 'the settings file; .env beside package.json unless told')
    .option('--replace', 'write them even if customers pay to another wallet until now')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      [
        '\nExample:',
        '  $ taritools wallet keys --write --nodes https://rpc.tari.com',
        '\nA file and standard input hold what the wallet prints or writes, as it is; or the words on the first line and a',
        'passphrase, if there is one, on the second.',
      ].join('\n'),
    )
    .action(async (flags: KeysFlags) => {
      const { makeKeys } = await import('./keys.ts');
      await makeKeys(ports, flags);
    });
  return inMenus(command, {
    menu: 'admin',
    section: 'wallet',
    label: 'Wallet keys',
    hint: 'writes the settings that find payments; asks for the keys',
    gives: ['--write'],
    asks: ['--nodes'],
    warning: () => 'The settings file of the server on this machine will hold the keys that find payments.',
  });
}
