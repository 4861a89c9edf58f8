import { AmountError, parseTari } from '../tari/micro-tari.ts';
import { orderIdInText } from '../tari/order-id-in-text.ts';
import { textOfPaymentId } from '../tari/payment-id-text.ts';

/**
 * What the console wallet tells a notification script (protocol.md 6), as what is to be reported. Its arguments:
 *
 *   1 event  2 amount  3 tx id  4 message  5 payment id  6 source  7 destination  8 status  9 excess  10 public nonce
 *   11 signature  12 confirmations or ""  13 Inbound or Outbound
 *
 * Wallets from before payment ids leave out the fifth. Events of outgoing and pending transactions have seven.
 */

/** A payment as it is sent to the server. */
export interface ReportedPayment {
  sender: string;
  amount: bigint;
  txid: string;
  memo: string | null;
  order_id: string | null;
}

export type WalletEvent =
  | { kind: 'ignored'; reason: string }
  | {
      kind: 'inbound';
      payment: ReportedPayment;
      /** Whether it is as deep in the chain as was asked for. */
      isConfirmed: boolean;
      /** For the log, where the wallet will not say later that it is deep enough. */
      warning: string | undefined;
    };

/** The arguments are not what a wallet passes. The message is a sentence for the operator. */
export class WalletEventError extends Error {
  override readonly name = 'WalletEventError';
}

const WITH_PAYMENT_ID = 13;
const WITHOUT_PAYMENT_ID = 12;
const INBOUND_EVENTS: ReadonlySet<string> = new Set(['received', 'confirmation', 'mined']);
const LONGEST_MEMO = 16 * 1024;

/**
 * @param confirmations how deep a payment must be to count as confirmed. `mined` without a depth is the wallet's own word
 *   for deep enough.
 * @throws {WalletEventError}
 */
export function readWalletEvent(given: readonly string[], confirmations: number): WalletEvent {
  const [event = ''] = given;
  if (event === '') throw new WalletEventError('The wallet passed no arguments: is "$@" missing behind the --?');
  if (!INBOUND_EVENTS.has(event)) return { kind: 'ignored', reason: `${JSON.stringify(event)} is nothing to report.` };
  if (given.length < WITHOUT_PAYMENT_ID) {
    return { kind: 'ignored', reason: `${JSON.stringify(event)} of a pending transaction is nothing to report.` };
  }
  const hasPaymentId = given.length >= WITH_PAYMENT_ID;
  const at = (place: number) => given[hasPaymentId || place < 5 ? place - 1 : place - 2] ?? '';
  const direction = at(13).trim().toLowerCase();
  if (direction === 'outbound') return { kind: 'ignored', reason: 'An outgoing payment is nothing to report.' };
  if (direction !== 'inbound') {
    throw new WalletEventError(`The wallet's last argument is ${JSON.stringify(at(13))}, not Inbound or Outbound.`);
  }
  const payment = paymentOf({
    amount: at(2),
    txid: at(3),
    memo: at(4),
    paymentId: hasPaymentId ? at(5) : '',
    sender: at(6),
  });
  return { kind: 'inbound', payment, ...depthOf(event, at(12), confirmations) };
}

/**
 * Puts a payment together from its parts as texts.
 * @throws {WalletEventError} where the amount is none. What else may be wrong the server says, and keeps for us.
 */
export function paymentOf(parts: {
  amount: string;
  txid: string;
  memo: string;
  paymentId: string;
  sender: string;
}): ReportedPayment {
  const idText = textOfPaymentId(parts.paymentId);
  // Newer wallets put the payer's message into the payment id and leave the message empty.
  const memo = [parts.memo, idText].find((text) => text.trim() !== '') ?? null;
  return {
    sender: parts.sender.trim(),
    amount: walletAmount(parts.amount),
    txid: parts.txid.trim(),
    memo: memo === null ? null : memo.slice(0, LONGEST_MEMO),
    order_id: orderIdInText(idText) ?? null,
  };
}

/** `500 µT`, `2.500000 T`, `12,345.000000 T`; a whole number alone is µT, as the Rust tool had it. */
export function walletAmount(text: string): bigint {
  const trimmed = text.trim().replace(/(?<=\d),(?=\d{3}(?:\D|$))/g, '');
  try {
    if (/^\d{1,20}$/.test(trimmed)) return positive(parseTari(`${trimmed} µT`), text);
    if (/[a-z]$/i.test(trimmed)) return positive(parseTari(trimmed), text);
  } catch (error) {
    if (error instanceof AmountError) throw new WalletEventError(error.message);
    throw error;
  }
  throw new WalletEventError(`${JSON.stringify(text.slice(0, 40))} is no amount with a unit, such as 500 µT or 2.5 T.`);
}

function positive(amount: bigint, text: string): bigint {
  if (amount > 0n) return amount;
  throw new WalletEventError(`A payment of ${JSON.stringify(text.slice(0, 40))} is none.`);
}

function depthOf(
  event: string,
  depthText: string,
  wanted: number,
): { isConfirmed: boolean; warning: string | undefined } {
  const depth = /^\d{1,9}$/.test(depthText.trim()) ? Number(depthText) : undefined;
  if (event === 'mined' && depth === undefined) return { isConfirmed: true, warning: undefined };
  if (event === 'received' || depth === undefined) return { isConfirmed: false, warning: undefined };
  const isConfirmed = depth >= wanted;
  if (isConfirmed || event !== 'mined') return { isConfirmed, warning: undefined };
  const warning = `The wallet calls ${depth} confirmations enough and will not report ${wanted}: lower --confirmations, or raise the wallet's own number.`;
  return { isConfirmed, warning };
}
