import { allCommands, createProgram } from '#cli/commands.ts';
import { BACK, type CommandEntry, type Entry, EXIT, LOGIN, LOGOUT, type Menu } from '#platform/cli/menus/menu.ts';
import { menuFieldsOf } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { commandEntry } from './command-entry.ts';

/** A menu of commands. */
interface CommandMenu {
  /** By which commands name it. */
  name: string;
  /** As the breadcrumb shows it. */
  title: string;
  hint: string;
  /** In the order in which they stand. One that is not named here comes behind them. */
  sections: readonly string[];
  /** What stands behind the commands. */
  steps: readonly Entry[];
}

/** The first section of none begins with what does harm. */
const MENUS: readonly CommandMenu[] = [
  {
    name: 'admin',
    title: 'Admin',
    hint: 'orders, accounts, rates, wallets, roles, troubles',
    sections: [
      'orders',
      'payments',
      'all payments',
      'order changes',
      'accounts',
      'balances',
      'held money',
      'refunds',
      'payouts',
      'directories',
      'rates',
      'price updates',
      'wallets',
      'roles',
      'chain',
      'wallet',
      'reports',
      'health',
      'books',
      'audit log',
      'events',
      'rejected webhooks',
      'dead letters',
    ],
    steps: [LOGOUT, BACK, EXIT],
  },
  {
    name: 'user',
    title: 'User',
    hint: 'claim and pay orders; profiles',
    sections: ['claims', 'my account', 'payment addresses', 'profiles'],
    steps: [LOGOUT, BACK, EXIT],
  },
  {
    name: 'shopify',
    title: 'Shopify',
    hint: 'the shop itself',
    sections: ['open orders', 'rescan', 'orders', 'rates', 'products', 'webhooks', 'doctor', 'setup'],
    steps: [BACK, EXIT],
  },
];

/** The main menu with all below it, made from the commands. */
export async function mainMenu(ports: CommandPorts): Promise<Menu> {
  const commands = allCommands(await createProgram(ports));
  const placed = commands.flatMap((command) =>
    menuFieldsOf(command).map((fields) => ({ ...fields, entry: commandEntry(command, fields) })),
  );
  const menus = MENUS.map((described) => {
    const own = placed.filter(({ menu }) => menu === described.name);
    return { described, menu: menuOf(described, own) };
  });
  return {
    title: 'Main',
    entries: [
      ...menus.map(({ described, menu }) => ({ label: `${menu.title} Menu`, hint: described.hint, opens: menu })),
      LOGIN,
      LOGOUT,
      { label: 'Change time zone', hint: 'UTC, or this machine’s', step: 'zone' },
      EXIT,
    ],
  };
}

/** The sections in their order; in each, the commands in theirs. */
function menuOf(
  { title, sections, steps }: CommandMenu,
  own: readonly { section: string; entry: CommandEntry }[],
): Menu {
  const rankOf = (section: string) => {
    const rank = sections.indexOf(section);
    return rank === -1 ? sections.length : rank;
  };
  const sorted = [...own].sort((one, other) => rankOf(one.section) - rankOf(other.section));
  return { title, entries: [...sorted.map(({ entry }) => entry), ...steps] };
}
