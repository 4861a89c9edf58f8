import { EXIT, LOGIN, LOGOUT, type Menu } from '#platform/cli/menus/menu.ts';
import { SHOPIFY_MENU } from '#shops/shopify/cli/menu.ts';
import { ADMIN_MENU } from './admin-menu.ts';
import { USER_MENU } from './user-menu.ts';

export const MAIN_MENU: Menu = {
  title: 'Main',
  entries: [
    { label: 'Admin Menu', hint: 'orders, accounts, rates, wallets, roles, troubles', opens: ADMIN_MENU },
    { label: 'User Menu', hint: 'claim and pay orders; profiles', opens: USER_MENU },
    { label: 'Shopify Menu', hint: 'the shop itself', opens: SHOPIFY_MENU },
    LOGIN,
    LOGOUT,
    { label: 'Change time zone', hint: 'UTC, or this machine’s', step: 'zone' },
    EXIT,
  ],
};
