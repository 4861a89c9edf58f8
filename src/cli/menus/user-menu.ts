import { readProfileName } from '#auth/cli/profile-file.ts';
import { BACK, EXIT, LOGOUT, type Menu } from '#platform/cli/menus/menu.ts';
import { ORDER, PROFILE } from '#platform/cli/menus/questions.ts';
import { readServer } from '#platform/cli/server-address.ts';
import { ROLES } from '#platform/database/tables.ts';

export const USER_MENU: Menu = {
  title: 'User',
  entries: [
    {
      label: 'Claim Order',
      hint: 'say that you pay for it, and see where to',
      command: ['claim'],
      questions: [ORDER],
    },
    { label: 'My Balance', hint: 'confirmed, paid, left', command: ['my', 'balance'] },
    { label: 'My Orders', hint: 'that you claimed or paid', command: ['my', 'orders'] },
    { label: 'My Open Orders', hint: 'that can still be paid', command: ['my', 'open-orders'] },
    { label: 'My Payments', hint: 'that the shop’s wallet received', command: ['my', 'payments'] },
    { label: 'Account History', hint: 'balance, orders, payments, settlements', command: ['my', 'history'] },
    { label: 'Settle my account', hint: 'pay what your balance covers', command: ['my', 'settle'] },
    { label: 'List payment addresses', hint: 'with QR codes', command: ['payment-addresses'] },
    {
      label: 'Add profile',
      hint: 'somebody you act as; the key is typed hidden',
      command: ['profile', 'add'],
      questions: [
        { name: 'profile', ask: 'Name of the profile', check: readProfileName },
        { name: 'server', ask: 'Server, such as https://pay.example.com', option: '--server', check: readServer },
        {
          name: 'roles',
          ask: 'Roles to log in with',
          option: '--roles',
          severalOf: ROLES,
          usual: 'user',
        },
        {
          name: 'words',
          ask: 'Make the key from the 24 seed words of a wallet?',
          option: '--seed-words',
          isFlag: true,
        },
      ],
    },
    { label: 'List profiles', hint: 'without their keys', command: ['profile', 'list'] },
    {
      label: 'Remove profile',
      hint: 'and its key',
      command: ['profile', 'remove'],
      questions: [PROFILE],
      warning: ({ profile }) => `The profile ${profile} will be gone, and its key if this tool keeps it.`,
    },
    LOGOUT,
    BACK,
    EXIT,
  ],
};
