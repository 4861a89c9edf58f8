import { base64, hex } from '@scure/base';
import { describe, expect, it } from 'vitest';
import { accountOf, addressToHex } from '#tari/address.ts';
import { readMemo } from '#tari/chain/memo.ts';
import {
  type ListedOutput,
  type OpenedOutput,
  openOutput,
  paymentReferenceOf,
  refusalOf,
  transactionIdOf,
} from '#tari/chain/outputs.ts';
import { type ViewWallet, viewWallet } from '#tari/chain/view-wallet.ts';
import { generateSecretKey } from '#tari/schnorr.ts';
import { type ExpectedOutput, listedOutput, readRecording, wholeOutput } from '#test/fake-tari-chain/recording.ts';
import { seededRandom } from '#test/tari/arbitraries.ts';

const recording = readRecording();
const WALLET = viewWallet('localnet', hex.decode(recording.view_private_key), hex.decode(recording.public_spend_key));

interface Found {
  height: number;
  blockHash: Uint8Array;
  listed: ListedOutput;
  opened: OpenedOutput;
}

function findAll(wallet: ViewWallet): Found[] {
  return recording.blocks.flatMap((block) =>
    block.outputs.map(listedOutput).flatMap((listed) => {
      const opened = openOutput(wallet, listed);
      const blockHash = base64.decode(block.header_hash);
      return opened === undefined ? [] : [{ height: block.height, blockHash, listed, opened }];
    }),
  );
}

/** What was found, in the words of the recording. */
function asExpected({ height, blockHash, listed, opened }: Found): ExpectedOutput {
  const outputHash = hex.encode(listed.outputHash);
  const whole = wholeOutput(outputHash, recording.utxos[outputHash]!);
  // Change goes through the same checks here, so that the recording's verdicts on it are compared, too.
  const refusal = refusalOf(WALLET, { ...opened, kind: 'for_us' }, whole, BigInt(height));
  return {
    height,
    output_hash: outputHash,
    way: opened.kind === 'for_us' ? 'diffie_hellman' : 'view_key (change)',
    amount: opened.amount.toString(),
    opens_commitment: refusal !== 'wrong_value',
    script_is_ours: refusal !== 'foreign_script',
    output_type: whole.outputType,
    maturity: Number(whole.maturity),
    tx_id: transactionIdOf(WALLET.publicViewKey, listed.outputHash),
    payment_reference: paymentReferenceOf(blockHash, listed.outputHash),
    memo: hex.encode(opened.memo),
  };
}

describe('the recorded chain', () => {
  const found = findAll(WALLET);

  it('gives exactly what the real wallet found, change apart from payments', () => {
    const inOrder = (outputs: ExpectedOutput[]) =>
      outputs.toSorted((a, b) => a.output_hash.localeCompare(b.output_hash));
    expect(inOrder(found.map(asExpected))).toEqual(inOrder(recording.expected));
    expect(found.filter(({ opened }) => opened.kind === 'own')).toHaveLength(3);
  });

  it('has the public view key that the wallet shows', () => {
    expect(hex.encode(WALLET.publicViewKey)).toBe(recording.public_view_key);
  });

  it('names in its memos what the payers wrote', () => {
    const payments = found.filter(({ opened }) => opened.kind === 'for_us');
    expect(payments.map(({ opened }) => readMemo(opened.memo).text)).toEqual([
      '5600000000001',
      'order #1002',
      '5600000000001',
      'Grüße 🎁, data(77) \n\ttab\\',
      '5600000000003',
      '5600000000009',
      'while-down-0',
      'while-down-1',
      'tui live, data(5) x-0',
      null,
    ]);
  });

  it('tells a payment of the wallet to itself by its sender, and keeps that sender', () => {
    const own = `10${recording.public_spend_key}`;
    const senders = found.map(({ opened }) => readMemo(opened.memo).sender);
    expect(senders.filter((sender) => sender !== null && accountOf(sender) === own)).toHaveLength(1);
    const payers = new Set(senders.flatMap((sender) => (sender === null ? [] : [addressToHex(sender)])));
    expect(payers.size).toBe(2);
  });

  it('shows the note of an outgoing payment as a text without sender', () => {
    const notes = found.filter(({ opened }) => opened.kind === 'own').map(({ opened }) => readMemo(opened.memo));
    expect(notes.map(({ text }) => text)).toEqual([null, 'payout 3f2a', null]);
    expect(notes.every(({ sender, senderBytes }) => sender === null && senderBytes === null)).toBe(true);
  });

  it('gives nothing to another key', () => {
    const other = viewWallet('localnet', generateSecretKey(seededRandom('another view key')), WALLET.spendKey);
    expect(findAll(other)).toEqual([]);
  });
});
