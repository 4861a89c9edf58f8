import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { AddressError, addressToBase58, type Network, parseAddress, type TariAddress } from '#tari/address.ts';

/** How a new server learns of payments, and the settings of that. */

export const WAYS = ['chain', 'script', 'reports'] as const;
export type Way = (typeof WAYS)[number];

export interface PaymentFlags {
  payments?: Way;
  hotWallet?: TariAddress;
  viewKeyFile?: string;
  network?: Network;
  nodes?: string;
}

export interface PaymentSettings {
  way: Way;
  /** The wallet that customers pay to. */
  hotWallet: TariAddress;
  settings: Record<string, string>;
  /** What the operator should know. */
  note: string | undefined;
}

/** @throws {CommandError} if something is missing and there is no terminal to ask at, or what was given does not fit together. */
export async function paymentSettings(ports: CommandPorts, flags: PaymentFlags): Promise<PaymentSettings> {
  const way = await chosenWay(ports, flags);
  if (way === 'chain') return chainPayments(ports, flags);
  if (flags.viewKeyFile !== undefined || flags.nodes !== undefined) {
    const sentence = 'A view key and nodes are for --payments chain alone.';
    throw new CommandError(sentence, EXIT_CODES.wrongUse);
  }
  const hotWallet = flags.hotWallet ?? (await askAddress(ports, 'Address of the hot wallet', '--hot-wallet'));
  return {
    way,
    hotWallet,
    settings: { TPG_PAYMENT_WALLET_ADDRESS: addressToBase58(hotWallet) },
    note: undefined,
  };
}

async function chosenWay(ports: CommandPorts, flags: PaymentFlags): Promise<Way> {
  if (flags.payments !== undefined) return flags.payments;
  if (flags.viewKeyFile !== undefined || ports.environment.TPG_VIEW_KEY) return 'chain';
  if (!ports.terminal.canAsk) return 'script';
  return ports.ask.choice<Way>('How shall the server learn of payments?', [
    { value: 'chain', label: 'Watch the chain with the wallet’s view key', hint: 'recommended: nothing that spends' },
    { value: 'script', label: 'The console wallet’s notification script reports them', hint: 'misses some' },
    { value: 'reports', label: 'A program of mine reports them' },
  ]);
}

async function chainPayments(ports: CommandPorts, flags: PaymentFlags): Promise<PaymentSettings> {
  const watched = await watchedSettings(ports, flags);
  const { nodes, note } = await nodesOf(ports, flags, watched.hotWallet.network);
  return {
    way: 'chain',
    hotWallet: watched.hotWallet,
    settings: { ...watched.settings, TPG_TARI_NODES: nodes },
    note,
  };
}

/** A view key of the environment is written as every setting of it is, and checked with the others. */
async function watchedSettings(ports: CommandPorts, flags: PaymentFlags) {
  if (flags.viewKeyFile === undefined && ports.environment.TPG_VIEW_KEY) {
    const given = ports.environment.TPG_PAYMENT_WALLET_ADDRESS || undefined;
    const hotWallet =
      flags.hotWallet ??
      (given === undefined ? await askAddress(ports, 'Address of the wallet', '--hot-wallet') : addressIn(given));
    return { hotWallet, settings: { TPG_PAYMENT_WALLET_ADDRESS: addressToBase58(hotWallet) } };
  }
  if (flags.viewKeyFile === undefined && !ports.terminal.canAsk) {
    throw new CommandError('--view-key-file is missing, and TPG_VIEW_KEY is not set.', EXIT_CODES.wrongUse);
  }
  const [{ readWatchedWallet }, { settingsOf }] = await Promise.all([
    import('#rails/tari-chain/cli/read-keys.ts'),
    import('#rails/tari-chain/cli/keys.ts'),
  ]);
  const source = { file: flags.viewKeyFile, address: flags.hotWallet, network: flags.network };
  const watched = await readWatchedWallet(ports, source);
  return { hotWallet: watched.address, settings: settingsOf(watched, undefined) };
}

async function nodesOf(ports: CommandPorts, flags: PaymentFlags, network: Network) {
  const { nodesText, PUBLIC_NODES } = await import('#rails/tari-chain/cli/nodes-text.ts');
  const usual = PUBLIC_NODES[network];
  const given = flags.nodes ?? (ports.environment.TPG_TARI_NODES || undefined);
  const text = given ?? (ports.terminal.canAsk ? await askNodes(ports, usual) : usual);
  if (text === undefined) {
    throw new CommandError(`--nodes is missing: no public base node of ${network} is known.`, EXIT_CODES.wrongUse);
  }
  const nodes = nodesText(text);
  const note = nodes.includes(',')
    ? undefined
    : `One base node alone is asked, ${nodes}, and what it says is believed. With a second one in TPG_TARI_NODES a lie of one is a delay and no sale.`;
  return { nodes, note };
}

async function askNodes(ports: CommandPorts, usual: string | undefined): Promise<string> {
  const { nodesText } = await import('#rails/tari-chain/cli/nodes-text.ts');
  return ports.ask.text('Base nodes to ask, with commas between them; best one of your own first', {
    ...(usual !== undefined && { usual }),
    check: (text) => problemOf(() => nodesText(text)),
  });
}

// ---- Addresses ----------------------------------------------------------------------------------------------------

export async function askAddress(ports: CommandPorts, question: string, option: string): Promise<TariAddress> {
  if (!ports.terminal.canAsk) throw new CommandError(`${option} is missing.`, EXIT_CODES.wrongUse);
  return addressIn(await ports.ask.text(question, { check: (text) => problemOf(() => addressIn(text)) }));
}

/** @throws {CommandError} */
function addressIn(text: string): TariAddress {
  try {
    return parseAddress(text.trim());
  } catch (error) {
    if (error instanceof AddressError) throw new CommandError(error.message, EXIT_CODES.wrongUse);
    throw error;
  }
}

function problemOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
}
