import { Command, InvalidArgumentError, Option } from 'commander';
import { access, isRole } from '../engine/access.ts';
import { silentLog } from '../engine/log.ts';
import { ROLES, type Role } from '../store/database.ts';
import { openStore } from '../store/open.ts';
import { AddressError, addressToBase58, parseAddress, type TariAddress } from '../tari/address.ts';
import { databaseOption, databaseUrl } from './database.ts';
import type { CommandPorts } from './main.ts';

/** Commands that work on the database itself, for what must be done before anybody can log in. */
export function setupCommand(ports: CommandPorts): Command {
  return new Command('setup')
    .description('Set up the server’s database')
    .addCommand(migrateCommand(ports))
    .addCommand(addUserCommand(ports));
}

function migrateCommand(ports: CommandPorts): Command {
  return new Command('migrate')
    .description('Make the database, or bring it up to date; the server does the same when it starts')
    .addOption(databaseOption())
    .addHelpText('after', '\nExample:\n  $ taritools setup migrate')
    .action(async ({ database }: { database?: string }) => {
      const url = databaseUrl(ports, database);
      const store = await openStore(url, { maxReadConnections: 1 });
      await store.close();
      for (const migration of store.appliedMigrations) ports.print(`Applied ${migration}`);
      ports.print(`The database ${url} is up to date.`);
    });
}

function addUserCommand(ports: CommandPorts): Command {
  return new Command('add-user')
    .description('Give an address roles, such as super_admin to the first operator')
    .requiredOption('-a, --address <address>', 'the address, in any form', readAddress)
    .addOption(
      new Option('-r, --role <role...>', `one or more of ${ROLES.join(', ')}; may be given several times`)
        .argParser(collectRoles)
        .makeOptionMandatory(),
    )
    .addOption(databaseOption())
    .addHelpText('after', '\nExample:\n  $ taritools setup add-user -a 14s9vDTwr… -r super_admin')
    .action(async ({ address, role, database }: { address: TariAddress; role: Role[]; database?: string }) => {
      const store = await openStore(databaseUrl(ports, database), { maxReadConnections: 1 });
      try {
        const { changeRoles, rolesOf } = access({ store, clock: ports.clock, log: silentLog });
        await changeRoles([{ address, apply: role, revoke: [] }], 'taritools');
        ports.print(`${addressToBase58(address)} has the roles ${(await rolesOf(address)).join(', ')}.`);
      } finally {
        await store.close();
      }
    });
}

function readAddress(text: string): TariAddress {
  try {
    return parseAddress(text.trim());
  } catch (error) {
    if (error instanceof AddressError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

function collectRoles(text: string, before: Role[] | undefined): Role[] {
  if (!isRole(text)) throw new InvalidArgumentError(`There is no role ${text}; there are ${ROLES.join(', ')}.`);
  return [...new Set([...(before ?? []), text])];
}
