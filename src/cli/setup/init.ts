import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { newKeySettings } from '#auth/cli/keys.ts';
import { addressArgument } from '#platform/cli/address-arguments.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { ANY_ADDRESS, settingLine } from '#platform/cli/settings-file.ts';
import { parseSettingsText } from '#platform/config/settings-text.ts';
import { askForMethods } from '#shops/shopify/cli/payment-methods.ts';
import { addressToBase58, NETWORKS, type TariAddress } from '#tari/address.ts';
import { askAddress, type PaymentFlags, type PaymentSettings, paymentSettings, WAYS } from './payments.ts';

/** `setup init`: from nothing to a server that starts without a warning. */

interface InitFlags extends PaymentFlags {
  file?: string;
  superAdmin?: TariAddress;
  walletIp: string;
  /** False where there is to be none. */
  shop?: string | boolean;
  webhookIps: string;
  force?: boolean;
}

const OWNER_ONLY = 0o600;
const SHOP_SECRETS = ['TPG_SHOPIFY_API_SECRET', 'TPG_SHOPIFY_ADMIN_ACCESS_TOKEN'] as const;

export function initCommand(ports: CommandPorts): Command {
  return new Command('init')
    .description(
      'Write the settings of a new server with made keys, and make its database with the first super admin and hot wallet. What is not given is asked for at a terminal',
    )
    .option('-f, --file <path>', 'the settings file; .env beside package.json unless told')
    .option('--super-admin <address>', 'who may do everything', addressArgument)
    .addOption(
      new Option(
        '--payments <way>',
        'how the server learns of payments: it watches the chain with the wallet’s view key, or the wallet’s notification script or a program of yours reports them; chain if there is a view key, script otherwise',
      ).choices(WAYS),
    )
    .option('--hot-wallet <address>', 'the wallet that customers pay to', addressArgument)
    .option(
      '--view-key-file <path>',
      'what export-view-key-and-spend-key prints of that wallet, or its seed words, as wallet keys reads them; - is standard input',
    )
    .addOption(
      new Option('-n, --network <network>', 'the network of the wallet; mainnet, or that of --hot-wallet').choices(
        Object.keys(NETWORKS),
      ),
    )
    .option('--nodes <urls>', 'the base nodes to ask, with commas between them; a public one on mainnet unless told')
    .option('--wallet-ip <address>', 'where the hot wallet’s reports come from', '127.0.0.1')
    .option('--shop <name>', 'the Shopify shop, such as my-shop.myshopify.com')
    .option('--no-shop', 'run without a shop')
    .addOption(
      new Option('--webhook-ips <list>', 'the addresses and ranges that webhooks are taken from').default(
        ANY_ADDRESS,
        'any: their signature is checked',
      ),
    )
    .option('--force', 'replace a settings file that exists; the old one is kept beside it')
    .addHelpText(
      'after',
      [
        '\nExample:',
        '  $ taritools setup init --super-admin 14s9vDTwr… --view-key-file keys.txt --shop my-shop',
        '\nSettings that are in the environment are written into the file too. So the shop’s secrets need not stand in the',
        'command: put TPG_SHOPIFY_API_KEY and TPG_SHOPIFY_API_SECRET, or TPG_SHOPIFY_ADMIN_ACCESS_TOKEN and',
        'TPG_SHOPIFY_HMAC_SECRET, into the environment; or answer the questions. The same goes for TPG_VIEW_KEY.',
      ].join('\n'),
    )
    .action((flags: InitFlags) => init(ports, flags));
}

async function init(ports: CommandPorts, flags: InitFlags): Promise<void> {
  const path = flags.file ?? join(ports.folder, '.env');
  if (!flags.force) await refuseExisting(path);
  const superAdmin = flags.superAdmin ?? (await askAddress(ports, 'Address of the first super admin', '--super-admin'));
  const payments = await paymentSettings(ports, flags);
  const { hotWallet } = payments;
  if (superAdmin.network !== hotWallet.network) {
    throw new CommandError(
      `The super admin’s address is on ${superAdmin.network} and the hot wallet’s on ${hotWallet.network}; both must be on the shop’s network.`,
      EXIT_CODES.wrongUse,
    );
  }
  const text = fileText({
    ...newKeySettings(ports.randomBytes),
    ...payments.settings,
    ...(await shopSettings(ports, flags)),
    ...(await settingsOfEnvironment(ports)),
  });

  const { settings, databaseUrl, warnings } = await checked(ports, text);
  // The file comes last: where anything fails before, the same command can be given again.
  await fillDatabase(ports, { databaseUrl, superAdmin, hotWallet, walletIp: flags.walletIp });
  await writeSettings(path, text, flags.force === true);
  ports.print(`Wrote ${path}, which only you can read.`);
  ports.print(`${addressToBase58(superAdmin)} is super admin.`);
  for (const line of paymentLines(payments, flags.walletIp)) ports.print(line);
  if (payments.note !== undefined) ports.note(payments.note);
  for (const warning of warnings) ports.note(warning);
  ports.print(`The server can be started; it will take requests at http://${settings.host}:${settings.port}.`);
}

async function refuseExisting(path: string): Promise<void> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new CommandError(`${path} cannot be looked at: ${error.message}.`);
  });
  if (file === undefined) return;
  await file.close();
  throw new CommandError(`${path} exists already; --force replaces it and its keys.`, EXIT_CODES.wrongUse);
}

// ---- What the settings are ----------------------------------------------------------------------------------------

function paymentLines({ way, hotWallet, settings }: PaymentSettings, walletIp: string): string[] {
  const address = addressToBase58(hotWallet);
  if (way !== 'chain') return [`${address} may report payments from ${walletIp}.`];
  return [
    `Customers pay to ${address}, and the payments are found on the chain, as ${settings.TPG_TARI_NODES} has it.`,
  ];
}

async function shopSettings(ports: CommandPorts, flags: InitFlags): Promise<Record<string, string>> {
  const given = ports.environment.TPG_SHOPIFY_SHOP;
  if (flags.shop === false || (flags.shop === undefined && !given && !ports.terminal.canAsk)) return {};
  const shop =
    typeof flags.shop === 'string'
      ? flags.shop
      : (given ?? '') || (await ports.ask.text('Shop, such as my-shop.myshopify.com (empty for none)', { usual: '' }));
  if (shop === '') return {};
  return {
    TPG_SHOPIFY_SHOP: shop,
    TPG_SHOPIFY_IP_WHITELIST: flags.webhookIps,
    ...(await shopKeys(ports)),
    ...(await paymentMethod(ports)),
  };
}

async function paymentMethod(ports: CommandPorts): Promise<Record<string, string>> {
  if (ports.environment.TPG_SHOPIFY_PAYMENT_METHOD || !ports.terminal.canAsk) return {};
  const names = await askForMethods(ports);
  return names.trim() === '' ? {} : { TPG_SHOPIFY_PAYMENT_METHOD: names };
}

/** The environment may hold them already; otherwise they are asked for without showing them. */
async function shopKeys({ environment, ask, terminal }: CommandPorts): Promise<Record<string, string>> {
  if (SHOP_SECRETS.some((name) => environment[name]) || !terminal.canAsk) return {};
  const key = await ask.text('Client id of the app in the shop (TPG_SHOPIFY_API_KEY)');
  const secret = await ask.hidden('Client secret of the app (TPG_SHOPIFY_API_SECRET)');
  return { TPG_SHOPIFY_API_KEY: key, TPG_SHOPIFY_API_SECRET: secret };
}

/** What the operator has set for the process wins over a file anyway, and is lost with the shell unless it is written. */
async function settingsOfEnvironment({ environment, settings }: CommandPorts): Promise<Record<string, string>> {
  const { descriptions } = await settings();
  const given = descriptions.map(({ name }) => [name, environment[name]?.trim() ?? ''] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}

/** @throws {CommandError} where the server would not start with these. */
async function checked(ports: CommandPorts, text: string) {
  const [{ parse, warnings }, { databaseUrlFrom }] = await Promise.all([
    ports.settings(),
    import('#platform/database/url.ts'),
  ]);
  const parsed = parse(parseSettingsText(text));
  if (!parsed.ok) throw new CommandError(parsed.problems.join('\n'), EXIT_CODES.wrongUse);
  const databaseUrl = databaseUrlFrom(ports.folder, parsed.settings.databaseUrl);
  return { settings: parsed.settings, databaseUrl, warnings: warnings(parsed.settings) };
}

// ---- What is written ----------------------------------------------------------------------------------------------

function fileText(settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries(settings).map(([name, value]) => settingLine(name, value));
  return [
    '# Made by taritools setup init. Keep this file secret: its keys sign access tokens and act in the shop.',
    '# All settings are described in .env.sample.',
    ...lines,
    '',
  ].join('\n');
}

async function writeSettings(path: string, text: string, replace: boolean): Promise<void> {
  if (replace) await keepOld(path);
  const file = await open(path, 'wx', OWNER_ONLY);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The keys in it may be the only ones. */
async function keepOld(path: string): Promise<void> {
  await rename(path, `${path}.old`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

async function fillDatabase(
  { clock }: CommandPorts,
  made: { databaseUrl: string; superAdmin: TariAddress; hotWallet: TariAddress; walletIp: string },
): Promise<void> {
  const { registerOwners } = await import('./database.ts');
  await registerOwners(clock, made);
}
