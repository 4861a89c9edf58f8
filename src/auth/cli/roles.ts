import { type Command, Option } from 'commander';
import type { Role } from '#auth/roles.ts';
import { addressArgument } from '#platform/cli/address-arguments.ts';
import type { ArgumentDescription } from '#platform/cli/described-command.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { plainText } from '#platform/cli/terminal/output.ts';
import { csvOption, group } from '#platform/cli/terminal/output-flags.ts';
import type { TariAddress } from '#tari/address.ts';
import type { RolesOfAddressAnswer } from './answers.ts';
import { revokeDanger } from './dangers.ts';
import type { AuthClient } from './requests.ts';
import { rolesOption } from './roles-option.ts';
import { authCommand } from './server-command.ts';
import { rolesView } from './views.ts';

/** Those who were given roles are offered; another address can be typed. */
const ADDRESS: ArgumentDescription = [
  '<address>',
  'in any form',
  addressArgument,
  {
    async offers({ client }) {
      const { authClient } = await import('./requests.ts');
      const everybody = await authClient(await client()).everybodysRoles();
      return everybody.map(({ address, roles }) => ({ value: address, hint: roles.join(', ') }));
    },
  },
];

/** `admin roles`: who may do what. */
export function rolesCommand(ports: CommandPorts): Command {
  const show = ({ address, roles }: RolesOfAddressAnswer) => [
    plainText(`${address} has the roles ${roles.join(', ')}.`),
  ];
  const rolesToChange = () => rolesOption('-r, --roles <role...>', 'the roles').makeOptionMandatory();
  return group('roles', 'Who may do what', [
    authCommand<[TariAddress], object, RolesOfAddressAnswer>(ports, {
      name: 'show',
      description: 'The roles of an address',
      example: 'admin roles show 14s9vDTwr…',
      menus: [{ menu: 'admin', section: 'roles', label: 'Roles of an address', hint: 'what it may do' }],
      arguments: [ADDRESS],
      run: (client, { arguments: [address] }) => client.rolesOf(address),
      show,
    }),
    authCommand<[], object, RolesOfAddressAnswer[]>(ports, {
      name: 'list',
      description: 'All addresses that were given roles, with them',
      example: 'admin roles list',
      menus: [{ menu: 'admin', section: 'roles', label: 'All roles', hint: 'who may do what' }],
      options: [csvOption()],
      run: (client) => client.everybodysRoles(),
      show: rolesView,
    }),
    authCommand<[TariAddress], { roles: Role[] }, RolesOfAddressAnswer>(ports, {
      name: 'grant',
      description: 'Give an address roles',
      example: 'admin roles grant 14s9vDTwr… -r read_all',
      menus: [
        {
          menu: 'admin',
          section: 'roles',
          label: 'Grant roles',
          hint: 'to an address',
          warning: ({ address, roles }) => `${address} will get the roles ${roles}.`,
        },
      ],
      arguments: [ADDRESS],
      options: [rolesToChange()],
      run: async (client, { arguments: [address], options: { roles } }) => {
        await client.changeRoles(address, { apply: roles });
        return client.rolesOf(address);
      },
      show,
    }),
    authCommand<[TariAddress], { roles: Role[]; force?: boolean }, RolesOfAddressAnswer>(ports, {
      name: 'revoke',
      description: 'Take roles from an address, at once',
      example: 'admin roles revoke 14s9vDTwr… -r read_all',
      menus: [{ menu: 'admin', section: 'roles', label: 'Revoke roles', hint: 'of an address, at once' }],
      arguments: [ADDRESS],
      options: [rolesToChange(), new Option('--force', 'also of the last super admin')],
      danger: (client, { arguments: [address], options }) => revokeDanger(client, address, options),
      run: (client, { arguments: [address], options }) => revoke(client, address, options),
      show,
    }),
  ]);
}

/** Who has taken their own roles can't ask what is left of them. */
async function revoke(
  client: AuthClient,
  address: TariAddress,
  { roles, force }: { roles: readonly Role[]; force?: boolean },
): Promise<RolesOfAddressAnswer> {
  const before = await client.rolesOf(address);
  await client.changeRoles(address, { revoke: roles }, force);
  return { ...before, roles: before.roles.filter((role) => !(roles as readonly string[]).includes(role)) };
}
