import type { QuestionFields } from '#platform/cli/menus/menu-fields.ts';

/** How menus ask for the address of the server that the shop is told. */
export const PUBLIC_ADDRESS: QuestionFields = {
  ask: 'Where the shop reaches the server, such as https://pay.example.com',
};
