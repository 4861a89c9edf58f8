import { mainMenu } from '#cli/menus/main-menu.ts';
import type { Menu } from '#platform/cli/menus/menu.ts';
import { DESCRIBING_PORTS } from '#test/docs/described-commands.ts';

/** What is answered to the questions of a menu's entry, and what it shows then. */
export interface MenuCase {
  label: string;
  answers?: readonly string[];
  /** Questions that the command itself asks. */
  more?: readonly (readonly [question: string, answer: string])[];
  shows: string | RegExp;
}

/** The file `cli/menu-cases.ts` of a context's tests: its entries in the admin menu, tried behind all others. */
export interface MenuCases {
  admin?: readonly MenuCase[];
}

/** The tool's menus, as they are made from its commands. */
export const MAIN_MENU: Menu = await mainMenu(DESCRIBING_PORTS);

/** A menu below the main one. @param title such as `Admin`. */
export function menuOf(title: string): Menu {
  for (const entry of MAIN_MENU.entries) if ('opens' in entry && entry.opens.title === title) return entry.opens;
  throw new Error(`There is no menu ${title}`);
}
