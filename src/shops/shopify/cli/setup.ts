import { Command, Option } from 'commander';
import { CommandError } from '#platform/cli/exit.ts';
import { askedAs, inMenus } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { readServer } from '#platform/cli/server-address.ts';
import { yesOption } from '#platform/cli/server-command.ts';
import { ANY_ADDRESS, changeSettings } from '#platform/cli/settings-file.ts';
import { plainText } from '#platform/cli/terminal/output.ts';
import { payPageLines } from './pay-page-texts.ts';
import { askForMethods, METHODS_ASKED_FOR } from './payment-methods.ts';
import { PUBLIC_ADDRESS } from './public-address.ts';

interface SetupFlags {
  url: string;
  shop?: string;
  paymentMethod?: string;
  /** Undefined where it is asked for. */
  payPage?: boolean;
  extension?: string;
  yes?: boolean;
  file?: string;
}

type Given = Record<string, string>;
type Known = (name: string) => string | undefined;

/** `shopify setup`: from an app in the Dev Dashboard to a shop that tells the server everything. */
export function setupShopCommand(ports: CommandPorts): Command {
  const command = new Command('setup')
    .description(
      'Connect a shop: ask for the settings that are missing, check them, prepare the shop and write the settings',
    )
    .addOption(
      askedAs(
        new Option('--url <url>', 'where the shop reaches the server').argParser(readServer).makeOptionMandatory(),
        PUBLIC_ADDRESS,
      ),
    )
    .option('--shop <name>', 'the shop, such as my-shop.myshopify.com')
    .addOption(
      askedAs(new Option('--payment-method <names>', `${METHODS_ASKED_FOR}; asked for unless told`), {
        ask: 'Payment methods in Tari, as the shop shows them, such as Tari',
      }),
    )
    .option('--pay-page', 'give customers the page at <url>/o, by TPG_PUBLIC_URL; asked for unless told')
    .option('--no-pay-page', 'leave TPG_PUBLIC_URL as it is')
    .option('--extension <dir>', 'write a Shopify app extension there that links each order to its pay page')
    .addOption(yesOption())
    .addOption(
      askedAs(new Option('-f, --file <path>', 'the settings file; the one that is read unless told'), {
        ask: 'Settings file',
        whenEmpty: 'empty for .env of the server',
      }),
    )
    .addHelpText(
      'after',
      [
        '\nExamples:',
        '  $ taritools shopify setup --url https://pay.example.com --shop my-shop',
        '  $ taritools shopify setup --url https://pay.example.com --extension my-app/extensions/tari-pay-link',
        '\nThe secrets are asked for, or taken from the environment: TPG_SHOPIFY_API_KEY and TPG_SHOPIFY_API_SECRET.',
      ].join('\n'),
    )
    .action((flags: SetupFlags) => setup(ports, flags));
  return inMenus(command, {
    menu: 'shopify',
    section: 'setup',
    label: 'Set up the shop',
    hint: 'connect it: settings, rates, webhooks',
    needs: ['--payment-method'],
    asks: ['--file', '--payment-method'],
  });
}

async function setup(ports: CommandPorts, flags: SetupFlags): Promise<void> {
  const known = await knownSettings(ports);
  const extension = await extensionToWrite(ports, flags, publicUrlOf(flags, known));
  const given = await missingSettings(ports, flags);
  const environment = { ...ports.environment, ...given };
  const [{ withShop }, { defineGlobalRate }, subscriptions] = await Promise.all([
    import('./connection.ts'),
    import('#shops/shopify/prices/rate-definition.ts'),
    import('#shops/shopify/subscriptions/subscriptions.ts'),
  ]);
  await withShop({ ...ports, environment }, async ({ client, connector }) => {
    const { shop, missingScopes } = await connector.checkConnection();
    ports.print(plainText(`The shop ${shop} lets us in.`));
    if (missingScopes.length > 0) {
      throw new CommandError(`Grant the app ${missingScopes.join(', ')} in the Dev Dashboard, then run this again.`);
    }
    const page = await connector.prices?.variants({ after: null, upTo: null, withTotal: false });
    if (page !== undefined && (await defineGlobalRate(client, page.currency))) {
      ports.print('Made the definition of the metaobject tari_price.');
    }
    const uri = subscriptions.webhookUri(flags.url);
    const missing = subscriptions.missingTopics(await subscriptions.readSubscriptions(client), uri);
    for (const topic of missing) await subscriptions.subscribe(client, topic, uri);
    ports.print(
      `The shop tells ${uri} of ${subscriptions.NEEDED_TOPICS.length} topics, ${missing.length} of them from now on.`,
    );
  });
  const pageSetting = await payPageSetting(ports, flags, known);
  await writeSettings(ports, flags, { ...given, ...(await paymentMethod(ports, flags)), ...pageSetting });
  const isOn = known('TPG_PUBLIC_URL') !== undefined || pageSetting.TPG_PUBLIC_URL !== undefined;
  for (const line of payPageLines(publicUrlOf(flags, known), isOn)) ports.print(line);
  if (extension !== undefined) await extension.write();
}

/** Where customers reach the server, without a slash at its end: elsewhere than the shop does, if the settings say so. */
function publicUrlOf({ url }: SetupFlags, known: Known): string {
  return readServer(known('TPG_PUBLIC_URL') ?? url);
}

/** Before anything else is done: what must not be overwritten ends the command. */
async function extensionToWrite(
  ports: CommandPorts,
  { extension: folder, yes }: SetupFlags,
  publicUrl: string,
): Promise<{ write(): Promise<void> } | undefined> {
  if (folder === undefined) return undefined;
  const { preparePayLink, writePayLink } = await import('./pay-link-extension.ts');
  const extension = await preparePayLink(ports, { folder, publicUrl, yes });
  return { write: () => writePayLink(ports, extension) };
}

/** The setting that switches the pay page on, if it is wanted and not there yet. */
async function payPageSetting(ports: CommandPorts, flags: SetupFlags, known: Known): Promise<Given> {
  if (known('TPG_PUBLIC_URL') !== undefined || flags.payPage === false) return {};
  const isWanted =
    flags.payPage ??
    (ports.terminal.canAsk &&
      (await ports.ask.yes(`Give customers a page to pay at, ${flags.url}/o (TPG_PUBLIC_URL)?`)));
  return isWanted ? { TPG_PUBLIC_URL: flags.url } : {};
}

async function writeSettings(ports: CommandPorts, flags: SetupFlags, given: Given): Promise<void> {
  const { settingsFile } = await import('#platform/config/environment.ts');
  const path = flags.file ?? settingsFile(ports.folder, ports.environment, ports.serviceSettings);
  const isChanged = await changeSettings(path, given);
  const names = Object.keys(given).join(', ');
  ports.print(isChanged ? `Wrote ${names} to ${path}. Restart the server.` : `${path} holds all settings of the shop.`);
}

/** Which of the shop's payment methods are ours. Without them every order is taken for one in Tari. */
async function paymentMethod(ports: CommandPorts, flags: SetupFlags): Promise<Given> {
  const known = (await knownSettings(ports))('TPG_SHOPIFY_PAYMENT_METHOD');
  const names = flags.paymentMethod ?? known ?? (ports.terminal.canAsk ? await askForMethods(ports) : '');
  if (names.trim() !== '') return { TPG_SHOPIFY_PAYMENT_METHOD: names };
  ports.note('TPG_SHOPIFY_PAYMENT_METHOD is not set: every order counts as one in Tari, however it is to be paid.');
  return {};
}

async function knownSettings(ports: CommandPorts): Promise<Known> {
  const { environmentOf } = await import('#platform/cli/database-url.ts');
  const environment = environmentOf(ports);
  return (name) => environment[name] || undefined;
}

/** What the environment and the settings file do not hold yet. */
async function missingSettings(ports: CommandPorts, flags: SetupFlags): Promise<Given> {
  const known = await knownSettings(ports);
  const shop = flags.shop ?? known('TPG_SHOPIFY_SHOP') ?? (await ports.ask.text('Shop, such as my-shop.myshopify.com'));
  const token = known('TPG_SHOPIFY_ADMIN_ACCESS_TOKEN');
  const secret = known('TPG_SHOPIFY_HMAC_SECRET');
  // As setup init does: a merchant who has not thought of a list need not be warned at every start that there is none.
  const list = known('TPG_SHOPIFY_IP_WHITELIST') ?? ANY_ADDRESS;
  const common = { TPG_SHOPIFY_SHOP: shop, TPG_SHOPIFY_IP_WHITELIST: list };
  if (token !== undefined && secret !== undefined) {
    return { ...common, TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: token, TPG_SHOPIFY_HMAC_SECRET: secret };
  }
  return {
    ...common,
    TPG_SHOPIFY_API_KEY: known('TPG_SHOPIFY_API_KEY') ?? (await ports.ask.text('Client id of the app')),
    TPG_SHOPIFY_API_SECRET: known('TPG_SHOPIFY_API_SECRET') ?? (await ports.ask.hidden('Client secret of the app')),
  };
}
