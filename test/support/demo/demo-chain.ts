import { hex } from '@scure/base';
import { systemRandomBytes } from '#platform/random.ts';
import { addressToBase58, type TariAddress, withPaymentId } from '#tari/address.ts';
import { utf8 } from '#tari/bytes.ts';
import { type MempoolNode, startMempoolNode } from '#test/fake-tari-chain/mempool-node.ts';
import { type FakeNode, startFakeNode } from '#test/fake-tari-chain/node.ts';
import { PlayChain } from '#test/fake-tari-chain/play-chain.ts';
import { type PlayWallet, payTo, playWallet } from '#test/fake-tari-chain/play-wallet.ts';

/** A chain to play with, a node that serves it, and the wallets of a shop and of a customer on it. */
export interface PreparedChain {
  chain: PlayChain;
  node: FakeNode;
  /** The same node's gRPC interface: what waits for a block is seen there. */
  mempoolNode: MempoolNode;
  /** The shop's: the server is told its view key, and no key that spends. */
  shop: PlayWallet;
  customer: PlayWallet;
  /** For the server's environment. */
  settings: Record<string, string>;
  /** The shop's address with the order's id in it: a plain payment to it names its order. */
  addressOf(orderId: string): TariAddress;
  /** The customer pays to an address: from now on the payment waits for a block. */
  pay(address: TariAddress, amount: bigint): void;
  close(): Promise<void>;
}

/** What the chain has when it is prepared. */
export const FIRST_BLOCKS = 10;

export async function prepareChain(): Promise<PreparedChain> {
  const chain = new PlayChain(systemRandomBytes, Math.floor(Date.now() / 1000) - 3600);
  chain.mineBlocks(FIRST_BLOCKS);
  const node = await startFakeNode(chain);
  const mempoolNode = await startMempoolNode(chain);
  const shop = playWallet('mainnet', systemRandomBytes);
  const customer = playWallet('mainnet', systemRandomBytes);
  return {
    chain,
    node,
    mempoolNode,
    shop,
    customer,
    settings: {
      TPG_PAYMENT_WALLET_ADDRESS: addressToBase58(shop.address),
      TPG_VIEW_KEY: hex.encode(shop.viewKey),
      TPG_TARI_NODES: node.url,
      TPG_TARI_NODE_GRPC: mempoolNode.target,
    },
    addressOf: (orderId) => withPaymentId(shop.address, utf8(orderId)),
    pay: (address, amount) => chain.send([payTo(address, customer, { amount }, systemRandomBytes)]),
    close() {
      mempoolNode.close();
      return node.close();
    },
  };
}
