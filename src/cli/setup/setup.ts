import { Command } from 'commander';
import { rolesOption } from '#auth/cli/roles-option.ts';
import type { Role } from '#auth/roles.ts';
import { importTpsCommand } from '#moving-over/cli/import-command.ts';
import { addressArgument } from '#platform/cli/address-arguments.ts';
import { databaseOption } from '#platform/cli/database-option.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { addressToBase58, type TariAddress } from '#tari/address.ts';
import { copyCommand } from './copy.ts';
import { initCommand } from './init.ts';

/** Commands that work on the database itself, for what must be done before the first login is possible. */
export function setupCommand(ports: CommandPorts): Command {
  return new Command('setup')
    .description('Set up a server: its settings and its database')
    .addCommand(initCommand(ports))
    .addCommand(migrateCommand(ports))
    .addCommand(copyCommand(ports))
    .addCommand(importTpsCommand(ports))
    .addCommand(addUserCommand(ports));
}

function migrateCommand(ports: CommandPorts): Command {
  return new Command('migrate')
    .description('Make the database, or bring it up to date; the server does the same when it starts')
    .addOption(databaseOption())
    .addHelpText('after', '\nExample:\n  $ taritools setup migrate')
    .action(async ({ database }: { database?: string }) => {
      const [{ databaseUrl }, { migrate }, { shownDatabaseUrl }] = await Promise.all([
        import('#platform/cli/database-url.ts'),
        import('./database.ts'),
        import('#platform/database/url.ts'),
      ]);
      const url = databaseUrl(ports, database);
      for (const migration of await migrate(url)) ports.print(`Applied ${migration}`);
      ports.print(`The database ${shownDatabaseUrl(url)} is up to date.`);
    });
}

function addUserCommand(ports: CommandPorts): Command {
  return new Command('add-user')
    .description('Give an address roles, such as super_admin to the first operator')
    .requiredOption('-a, --address <address>', 'the address, in any form', addressArgument)
    .addOption(rolesOption('-r, --role <role...>', 'one or more of').makeOptionMandatory())
    .addOption(databaseOption())
    .addHelpText('after', '\nExample:\n  $ taritools setup add-user -a 14s9vDTwr… -r super_admin')
    .action(async ({ address, role, database }: { address: TariAddress; role: Role[]; database?: string }) => {
      const [{ databaseUrl }, { addUser }] = await Promise.all([
        import('#platform/cli/database-url.ts'),
        import('./database.ts'),
      ]);
      const roles = await addUser(ports.clock, databaseUrl(ports, database), { address, apply: role });
      ports.print(`${addressToBase58(address)} has the roles ${roles.join(', ')}.`);
    });
}
