import { setImmediate as nextTurn } from 'node:timers/promises';
import { hex } from '@scure/base';
import { NodeError } from '#rails/tari-chain/nodes/node-error.ts';
import { readMemo } from '#tari/chain/memo.ts';
import { openOutput, refusalOf, transactionIdOf, type WholeOutput } from '#tari/chain/outputs.ts';
import type { ViewWallet } from '#tari/chain/view-wallet.ts';
import { outputsOfMempoolAnswer } from './mempool-outputs.ts';

/** A payment to the shop in a mempool. It can vanish. */
export interface SeenOutput {
  /** Hex. */
  outputHash: string;
  txid: string;
  /** µT, proven by the commitment. */
  amount: bigint;
  text: string | null;
}

export interface Mempool {
  /** The wallet's payments in the mempool now. @throws {NodeError} */
  seen(height: number): Promise<SeenOutput[]>;
  close(): void;
}

const METHOD = '/tari.rpc.BaseNode/GetMempoolTransactions';

/** Time-out for the whole mempool. */
const TIMEOUT_MS = 10_000;

/** A transaction is at most as large as a block. */
const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024;

/** Far more than any mempool has held: a node that sends more is malicious, and must not fill the memory. */
const MAX_OUTPUTS = 50_000;
const MAX_BYTES = 128 * 1024 * 1024;

/** Looks for the wallet's outputs in the mempool of the operator's own node. Each output of others is decrypted once. */
export async function openMempool(wallet: ViewWallet, target: string): Promise<Mempool> {
  // Without this setting the library is not even loaded.
  const { Client, credentials } = await import('@grpc/grpc-js');
  const client = new Client(target, credentials.createInsecure(), {
    'grpc.max_receive_message_length': MAX_TRANSACTION_BYTES,
  });
  /** The result for each output in the mempool, by output hash. */
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
            fail(new NodeError('too_much', 'Its mempool holds an implausible number of outputs.'));
          } else onOutputs(found);
        } catch {
          fail(new NodeError('garbage', 'Its mempool cannot be parsed.'));
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
