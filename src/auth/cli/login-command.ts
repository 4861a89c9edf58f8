import type { Command } from 'commander';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { record } from '#platform/cli/terminal/output.ts';
import { addressToBase58 } from '#tari/address.ts';
import type { RolesOfAddressAnswer } from './answers.ts';
import { authCommand } from './server-command.ts';

/** `login`: a login that works is the best proof of a profile. */
export function loginCommand(ports: CommandPorts): Command {
  return authCommand<[], object, RolesOfAddressAnswer & { server: string; until: string | null }>(ports, {
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
