import { hex } from '@scure/base';
import type { AuthValues } from '#auth/settings.ts';
import type { SettingsPart, ValuesOf } from '#platform/config/read-settings.ts';
import { optional, secret, withDefault } from '#platform/config/setting.ts';
import { httpUrlValue, keyHexValue, listValue, wholeNumberValue } from '#platform/config/values.ts';
import { readWrittenTime } from '#platform/written-time.ts';
import type { Network } from '#tari/address.ts';
import { isSecretKey, multiplyBase } from '#tari/ristretto.ts';

/** The settings of the chain watcher. */
export interface ChainSettings {
  network: Network;
  /** The wallet's private view key, 64 hex characters. It finds payments and spends nothing, and is never shown. */
  privateViewKey: string;
  /** 64 hex characters. */
  publicSpendKey: string;
  /** URLs of base nodes without a slash at their end, each once. */
  nodes: readonly string[];
  /** The number of blocks after its own that confirm a payment. */
  confirmations: number;
  /** Where to start; null to continue where it stopped, or to start a day back. */
  watchFrom: WatchFrom | null;
  /** `host:port` of the gRPC interface of the shop's own node; null if no mempool is watched. */
  nodeGrpc: string | null;
}

export type WatchFrom = { kind: 'height'; height: number } | { kind: 'time'; time: Date };

/** More nodes make each confirmation slower, and no payment safer. */
const MAX_NODES = 10;

/** Half an hour of blocks is more than any wallet waits for; more than a day of them is a typing error. */
const MAX_CONFIRMATIONS = 720;

const shape = {
  TPG_VIEW_KEY: secret('Chain', 'the private view key of the wallet, 64 hex characters', viewKeyValue, {
    description:
      'The private view key of the wallet in TPG_PAYMENT_WALLET_ADDRESS. With it and TPG_TARI_NODES the server finds payments on the chain by itself. It cannot spend anything.',
    example: '<64 hex characters>',
  }),
  TPG_TARI_NODES: optional(
    'Chain',
    `one to ${MAX_NODES} http or https URLs of base nodes, each once, with commas between them`,
    nodesValue,
    {
      description:
        'The HTTP interfaces of the base nodes that are asked for the chain. With several, a payment is confirmed only when all nodes that answer, two at least, have it in the same block.',
      example: 'http://127.0.0.1:9000, https://rpc.tari.com',
    },
  ),
  TPG_CONFIRMATIONS: withDefault(
    'Chain',
    '3',
    `a whole number from 1 to ${MAX_CONFIRMATIONS}`,
    (text) => wholeNumberValue(text, 1, MAX_CONFIRMATIONS),
    { description: 'How many blocks after its own block confirm a payment.', example: '5' },
  ),
  TPG_WATCH_FROM: optional(
    'Chain',
    'the height of a block, or a date such as 2026-11-30 or 2026-11-30T12:00:00Z',
    watchFromValue,
    {
      description:
        'The block, or the time in UTC, from which the chain is watched. By default it continues where it stopped, and starts a day back the first time. If this is before the first start, the chain is read again from there; nothing is counted twice.',
      example: '250000',
    },
  ),
  TPG_TARI_NODE_GRPC: optional('Chain', 'a host and a port, such as 127.0.0.1:18142', hostAndPortValue, {
    description:
      'The gRPC interface of a base node of your own. With it a payment is shown with its order as soon as it is in the mempool. The node must allow get_mempool_transactions.',
    example: '127.0.0.1:18142',
  }),
};

/** The schema of TPG_TARI_NODES. */
export const nodesSetting = shape.TPG_TARI_NODES;

type Values = ValuesOf<typeof shape> & Pick<AuthValues, 'TPG_PAYMENT_WALLET_ADDRESS'>;

/** Null if the chain is not watched. */
function chainSettings(values: Values): ChainSettings | null {
  const { TPG_VIEW_KEY: privateViewKey, TPG_TARI_NODES: nodes, TPG_PAYMENT_WALLET_ADDRESS: address } = values;
  if (privateViewKey === undefined || nodes === undefined || address === undefined) return null;
  return {
    network: address.network,
    privateViewKey,
    publicSpendKey: hex.encode(address.spendKey),
    nodes,
    confirmations: values.TPG_CONFIRMATIONS,
    watchFrom: values.TPG_WATCH_FROM ?? null,
    nodeGrpc: values.TPG_TARI_NODE_GRPC ?? null,
  };
}

const read = (values: Values) => ({
  /** Null if the chain is not watched. */
  chain: chainSettings(values),
});

declare module '#platform/config/read-settings.ts' {
  interface Settings extends ReturnType<typeof read> {}
}

export const settings: SettingsPart<Values> = {
  shape,
  read,
  rules: [
    { settings: ['TPG_VIEW_KEY', 'TPG_TARI_NODES', 'TPG_TARI_NODE_GRPC'], problem: completenessProblem },
    { settings: ['TPG_VIEW_KEY', 'TPG_PAYMENT_WALLET_ADDRESS'], problem: viewKeyProblem },
  ],
};

/** The view key and the nodes belong together, and nothing else of this rail works without them. */
function completenessProblem(values: Values): string | undefined {
  const { TPG_VIEW_KEY: viewKey, TPG_TARI_NODES: nodes, TPG_TARI_NODE_GRPC: grpc } = values;
  if (viewKey === undefined && nodes === undefined) {
    return grpc === undefined
      ? undefined
      : 'TPG_TARI_NODE_GRPC is set, so TPG_VIEW_KEY and TPG_TARI_NODES must be set too: they say what to look for.';
  }
  if (viewKey !== undefined && nodes !== undefined) return undefined;
  const missing = viewKey === undefined ? 'TPG_VIEW_KEY' : 'TPG_TARI_NODES';
  return `TPG_VIEW_KEY and TPG_TARI_NODES must both be set, or neither; ${missing} is missing.`;
}

/** The key must be the one behind the shop's address. The sentence never shows it. */
function viewKeyProblem(values: Values): string | undefined {
  const { TPG_VIEW_KEY: viewKey, TPG_PAYMENT_WALLET_ADDRESS: address } = values;
  if (viewKey === undefined) return undefined;
  if (address?.viewKey == null) {
    return 'TPG_VIEW_KEY is set, so TPG_PAYMENT_WALLET_ADDRESS must be a dual address of the same wallet: it holds the public view key and the spend key.';
  }
  const publicViewKey = hex.encode(multiplyBase(hex.decode(viewKey)));
  if (publicViewKey === hex.encode(address.viewKey)) return undefined;
  return 'TPG_VIEW_KEY does not belong to TPG_PAYMENT_WALLET_ADDRESS: the public view key of that address has another private key. (The key is not shown because it is secret.)';
}

function viewKeyValue(text: string): string | undefined {
  const key = keyHexValue(text);
  return key !== undefined && isSecretKey(hex.decode(key)) ? key : undefined;
}

function nodesValue(text: string): readonly string[] | undefined {
  const urls = listValue(text).map(httpUrlValue);
  const nodes = urls.filter((url) => url !== undefined);
  // The same node twice would agree with itself.
  const areDifferent = new Set(nodes).size === urls.length;
  return areDifferent && nodes.length >= 1 && nodes.length <= MAX_NODES ? nodes : undefined;
}

/** A height is digits alone; a date is in UTC if it names no other zone. */
function watchFromValue(text: string): WatchFrom | undefined {
  const height = wholeNumberValue(text, 0, Number.MAX_SAFE_INTEGER);
  if (height !== undefined) return { kind: 'height', height };
  const [, day, clock = 'T00:00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  if (day === undefined) return undefined;
  const time = readWrittenTime(`${day}${clock}${zone}`);
  return time && { kind: 'time', time };
}

function hostAndPortValue(text: string): string | undefined {
  const [, host, port] =
    /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?):(\d{1,5})$/.exec(text) ?? [];
  return host !== undefined && Number(port) >= 1 && Number(port) <= 65_535 ? text : undefined;
}
