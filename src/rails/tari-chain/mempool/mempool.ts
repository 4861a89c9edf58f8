import { setImmediate as nextTurn } from 'node:timers/promises';
import { hex } from '@scure/base';
import { NodeError } from '#rails/tari-chain/nodes/node-error.ts';
import { readMemo } from '#tari/chain/memo.ts';
import { openOutput, refusalOf, transactionIdOf, type WholeOutput } from '#tari/chain/outputs.ts';
import type { ViewWallet } from '#tari/chain/view-wallet.ts';
import { outputsOfMempoolAnswer } from './mempool-outputs.ts';

/** A payment to the shop that stands in a mempool. It is a sight: it can vanish. */
export interface SeenOutput {
  /** Hex. */
  outputHash: string;
  txid: string;
  /** µT, proven by the commitment. */
  amount: bigint;
  text: string | null;
}

export interface Mempool {
  /** What stands in the mempool for the wallet now. @throws {NodeError} */
  seen(height: number): Promise<SeenOutput[]>;
  close(): void;
}

const METHOD = '/tari.rpc.BaseNode/GetMempoolTransactions';

/** The whole mempool comes within this time, or the node is of no use. */
const TIMEOUT_MS = 10_000;

/** A transaction is at most as large as a block. */
const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024;

/** Far more than any mempool has held: more is not honest, and must not fill the memory. */
const MAX_OUTPUTS = 50_000;
const MAX_BYTES = 128 * 1024 * 1024;

/** Looks for the wallet's outputs in the mempool of a node of one's own. What is there for others is looked at once. */
export async function openMempool(wallet: ViewWallet, target: string): Promise<Mempool> {
  // Off costs nothing: without this setting the library is not even read.
  const { Client, credentials } = await import('@grpc/grpc-js');
  const client = new Client(target, credentials.createInsecure(), {
    'grpc.max_receive_message_length': MAX_TRANSACTION_BYTES,
  });
  /** By output hash: what was found out, for as long as it stands in the mempool. */
  let known = new Map<string, SeenOutput | undefined>();

  const read = (onOutputs: (outputs: readonly WholeOutput[]) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      let outputs = 0;
      let bytes = 0;
      const call = client.makeServerStreamRequest(
        METHOD,
        () => Buffer.alloc(0),
        (message: Buffer) => message,
        null,
        { deadline: Date.now() + TIMEOUT_MS },
      );
      const fail = (error: NodeError) => {
        reject(error);
        call.cancel();
      };
      call.on('data', (message: Buffer) => {
        try {
          const found = outputsOfMempoolAnswer(message);
          outputs += found.length;
          bytes += message.length;
          if (outputs > MAX_OUTPUTS || bytes > MAX_BYTES) {
            fail(new NodeError('too_much', 'Its mempool holds more than any mempool does.'));
          } else onOutputs(found);
        } catch {
          fail(new NodeError('garbage', 'Its mempool makes no sense.'));
        }
      });
      call.on('end', resolve);
      call.on('error', (error: { code?: number }) =>
        reject(new NodeError('unreachable', `Its mempool could not be read (gRPC status ${error.code ?? 'unknown'}).`)),
      );
    });

  return {
    async seen(height) {
      const outputs = new Map<string, WholeOutput>();
      await read((some) => {
        for (const output of some) outputs.set(hex.encode(output.outputHash), output);
      });
      const now = new Map<string, SeenOutput | undefined>();
      for (const [hash, output] of outputs) {
        now.set(hash, known.has(hash) ? known.get(hash) : look(wallet, hash, output, height));
        if (now.size % 100 === 0) await nextTurn();
      }
      known = now;
      return [...now.values()].filter((seen) => seen !== undefined);
    },
    close: () => client.close(),
  };
}

function look(wallet: ViewWallet, outputHash: string, output: WholeOutput, height: number): SeenOutput | undefined {
  const opened = openOutput(wallet, output);
  if (opened?.kind !== 'for_us' || output.outputHash.length !== 32) return undefined;
  // In the next block at the earliest.
  if (refusalOf(wallet, opened, output, BigInt(height) + 1n) !== undefined || opened.amount === 0n) return undefined;
  const { text } = readMemo(opened.memo);
  return { outputHash, txid: transactionIdOf(wallet.publicViewKey, output.outputHash), amount: opened.amount, text };
}
