import { type Command, Option } from 'commander';
import * as z from 'zod';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { plainText, record } from '#platform/cli/terminal/output.ts';
import { addressToBase58 } from '#tari/address.ts';
import type { RolesOfAddressAnswer } from './answers.ts';
import { authCommand } from './server-command.ts';

const loginLink = z.object({ url: z.string(), valid_until: z.string() });

type LoginAnswer = (RolesOfAddressAnswer & { server: string; until: string | null }) | z.output<typeof loginLink>;

const isLink = (answer: LoginAnswer): answer is z.output<typeof loginLink> => 'url' in answer;

/** `login`: a login that works is the best proof of a profile. */
export function loginCommand(ports: CommandPorts): Command {
  return authCommand<[], { browser?: boolean }, LoginAnswer>(ports, {
    name: 'login',
    description: 'Log in, and show as whom and until when; with --browser, make a link that signs a browser in',
    example: 'login -p boss',
    options: [new Option('--browser', 'print a link that signs a browser in to the console: once, within a minute')],
    run: async (client, { options }) => {
      if (options.browser) return client.exchangeLogin('/auth/link', loginLink);
      await client.logIn();
      const address = client.signer === undefined ? '-' : addressToBase58(client.signer.address);
      const until = client.loggedInUntil()?.toISOString() ?? null;
      return { server: client.server, address, roles: [...client.roles], until };
    },
    show: (answer, output) => {
      if (isLink(answer)) {
        return [
          plainText(`Open this in a browser, before ${answer.valid_until}; it is good once:`),
          plainText(answer.url),
        ];
      }
      const { server, address, roles, until } = answer;
      return record(
        [
          ['Server', server],
          ['Address', address],
          ['Roles', roles.join(', ')],
          ['Until', until],
        ],
        output.terminal,
      );
    },
  });
}
