import { hex } from '@scure/base';
import { Command } from 'commander';
import { chosenNetwork, networkOption } from '#platform/cli/address-arguments.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { stringifyJson } from '#platform/json.ts';
import { addressToBase58, addressToEmoji, type Network, singleAddress } from '#tari/address.ts';
import { generateSecretKey, publicKeyOf } from '#tari/schnorr.ts';

/** `address`: a new key with its address. The key is what was asked for, so it is printed. */
export function addressCommand(ports: CommandPorts): Command {
  const { print, randomBytes } = ports;
  return new Command('address')
    .description('Make a new secret key and the address that belongs to it')
    .addOption(networkOption())
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ taritools address -n esmeralda')
    .action(async ({ network: told, json }: { network?: Network; json?: boolean }) => {
      const network = await chosenNetwork(ports, told);
      const secretKey = generateSecretKey(randomBytes);
      const publicKey = publicKeyOf(secretKey);
      const address = singleAddress(network, publicKey);
      const made = {
        network,
        secret_key: hex.encode(secretKey),
        public_key: hex.encode(publicKey),
        address: addressToBase58(address),
        emoji_id: addressToEmoji(address),
      };
      if (json) print(stringifyJson(made));
      else
        for (const [name, value] of Object.entries(made))
          print(`${`${name.replaceAll('_', ' ')}:`.padEnd(12)} ${value}`);
    });
}
