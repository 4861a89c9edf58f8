import { InvalidArgumentError, Option } from 'commander';
import { isRole, ROLES, type Role } from '#auth/roles.ts';
import { askedAs } from '#platform/cli/menus/menu-fields.ts';

/** Roles, given one by one, with commas, or both. */
export function rolesArgument(text: string, before: readonly Role[] | undefined): Role[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !isRole(name));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`There is no role ${unknown}; there are ${ROLES.join(', ')}.`);
  }
  return [...new Set([...(before ?? []), ...names.filter(isRole)])];
}

/** A role that may be named several times. */
export function rolesOption(flags: string, description: string): Option {
  // A default would be added to rather than replaced, so commands put theirs in place themselves.
  const option = new Option(flags, `${description}: ${ROLES.join(', ')}; may be given several times`);
  return askedAs(option.argParser(rolesArgument), { ask: 'Roles', severalOf: ROLES });
}
