import type { CommandPorts } from '#platform/cli/ports.ts';

export const METHODS_ASKED_FOR =
  'names of the payment methods in Tari, as the shop’s settings show them, with commas between them';

/** Asks which of the shop's payment methods are ours; an empty answer means that all orders are. */
export async function askForMethods({ ask }: Pick<CommandPorts, 'ask'>): Promise<string> {
  const { nameListValue } = await import('#shops/shopify/settings.ts');
  return ask.text('Payment methods in Tari, as the shop shows them, such as Tari (empty for every order)', {
    usual: '',
    check: (text) =>
      text.trim() === '' || nameListValue(text) ? undefined : 'Up to 20 names with commas between them, please.',
  });
}
