import { AmountError, parseTari } from '#tari/micro-tari.ts';
import { orderIdInText } from '#tari/order-id-in-text.ts';
import { isPaymentIdOfToday, textOfPaymentId } from '#tari/payment-id-text.ts';

/**
 * What the console wallet tells a notification script (docs/reference/protocol.md 6), as what is to be reported. Settled
 * transactions come with twelve arguments:
 *
 *   1 event  2 amount  3 tx id  4 payment id  5 source  6 destination  7 status  8 excess  9 public nonce  10 signature
 *   11 confirmations or ""  12 Inbound or Outbound
 *
 * Wallets of 2024 pass a message as the fourth; those between pass thirteen, the message and then the payment id. Pending
 * ones come with seven, the last of them the direction.
 */

/** A payment as it is sent to the server. */
export interface ReportedPayment {
  /** What the payer's wallet wrote into it: usually an address, but it may be any text. */
  sender: string;
  amount: bigint;
  txid: string;
  /** The payer's text. */
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

/** The arguments are not what a known wallet passes. The message is a sentence for the operator. */
export class WalletEventError extends Error {
  override readonly name = 'WalletEventError';
}

/** How many arguments each layout has. */
const SETTLED = 12;
const SETTLED_WITH_MESSAGE = 13;
const PENDING = 7;

const INBOUND_EVENTS: ReadonlySet<string> = new Set(['received', 'confirmation', 'mined']);
/** Of payments that go out, and of what comes to nothing. */
const OTHER_EVENTS: ReadonlySet<string> = new Set(['sent', 'queued', 'cancelled']);

/** As long as the server takes them. */
const MAX_MEMO_LENGTH = 16 * 1024;
const MAX_SENDER_LENGTH = 4096;
const TXID = /^[\x21-\x7e]{1,128}$/;

/** The server wants a sender; a text that is no address says that there is none. */
const NO_SENDER = 'unknown';

const MAX_QUOTED_LENGTH = 40;

/** What wallets put into the place of the payer's text by themselves. */
const OWN_SENTENCES =
  /^\s*(?:Detected one-sided payment on blockchain|Output found on blockchain during Wallet Recovery|Coinbase for height: \d+)\s*$/i;

/**
 * @param confirmations how deep a payment must be to count as confirmed. `mined` without a depth is the wallet's own word
 *   for deep enough.
 * @throws {WalletEventError} where the arguments are of no layout that is known. They may be of a wallet that is newer.
 */
export function readWalletEvent(given: readonly string[], confirmations: number): WalletEvent {
  const [event = ''] = given;
  if (OTHER_EVENTS.has(event)) return ignored(`${JSON.stringify(event)} is nothing to report.`);
  if (!INBOUND_EVENTS.has(event)) throw new WalletEventError(`${quoted(event)} is no event that is known.`);
  const direction = directionOf(given);
  if (direction === 'outbound') return ignored('An outgoing payment is nothing to report.');
  if (given.length === PENDING && event === 'received') {
    return ignored('A pending transaction is nothing to report: it is reported once it stands in the chain.');
  }
  const settled = settledOf(given);
  if (/^coinbase/i.test(settled.status)) return ignored('A mining reward is no payment.');
  if (!TXID.test(settled.txid.trim())) throw new WalletEventError(`${quoted(settled.txid)} is no transaction id.`);
  return { kind: 'inbound', payment: paymentOf(settled), ...depthOf(event, settled.depth, confirmations) };
}

function ignored(reason: string): WalletEvent {
  return { kind: 'ignored', reason };
}

function directionOf(given: readonly string[]): 'inbound' | 'outbound' {
  const last = given.at(-1) ?? '';
  const direction = last.trim().toLowerCase();
  if (direction === 'inbound' || direction === 'outbound') return direction;
  throw new WalletEventError(`The wallet's last argument is ${quoted(last)}, not Inbound or Outbound.`);
}

/** The arguments of a settled transaction by their names. */
function settledOf(given: readonly string[]) {
  if (given.length !== SETTLED && given.length !== SETTLED_WITH_MESSAGE) {
    throw new WalletEventError(
      `The wallet passed ${given.length} arguments, and not ${SETTLED} or ${SETTLED_WITH_MESSAGE}.`,
    );
  }
  const [, amount = '', txid = '', text = '', ...more] = given;
  const texts =
    given.length === SETTLED_WITH_MESSAGE ? { memo: text, paymentId: more.shift() ?? '' } : messageOrPaymentId(text);
  const [sender = '', , status = '', , , , depth = ''] = more;
  return { amount, txid, ...texts, sender, status, depth };
}

/** The fourth of twelve is a payment id where, as a whole, it is one of the forms that these are displayed in. */
function messageOrPaymentId(text: string): { memo: string; paymentId: string } {
  return isPaymentIdOfToday(text) ? { memo: '', paymentId: text } : { memo: text, paymentId: '' };
}

/**
 * Puts a payment together from its parts as texts. Nothing in the texts beside the money makes it fail.
 * @throws {WalletEventError} where the amount is none.
 */
export function paymentOf(parts: {
  amount: string;
  txid: string;
  memo: string;
  paymentId: string;
  sender: string;
}): ReportedPayment {
  // The payer's texts: newer wallets have but the payment id, older ones a message, in which some put their own words.
  const message = payersText(parts.memo);
  const idText = payersText(textOfPaymentId(parts.paymentId));
  const memo = message ?? idText;
  return {
    sender: parts.sender.trim().slice(0, MAX_SENDER_LENGTH) || NO_SENDER,
    amount: walletAmount(parts.amount),
    txid: parts.txid.trim(),
    memo: memo?.slice(0, MAX_MEMO_LENGTH) ?? null,
    order_id: orderIdInText(idText ?? '') ?? orderIdInMessage(message ?? '') ?? null,
  };
}

/** A message is often a single word of thanks, which is no id. */
function orderIdInMessage(message: string): string | undefined {
  const id = orderIdInText(message);
  return id !== undefined && /\d/.test(id) ? id : undefined;
}

function payersText(text: string): string | undefined {
  return text.trim() === '' || OWN_SENTENCES.test(text) ? undefined : text;
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
  throw new WalletEventError(`${quoted(text)} is no amount with a unit, such as 500 µT or 2.5 T.`);
}

function positive(amount: bigint, text: string): bigint {
  if (amount > 0n) return amount;
  throw new WalletEventError(`A payment must be above zero, and this one is ${quoted(text)}.`);
}

/** A text as it may stand in a sentence, however long it is. */
function quoted(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}…` : text);
}

function depthOf(
  event: string,
  depthText: string,
  wanted: number,
): { isConfirmed: boolean; warning: string | undefined } {
  const told = depthText.trim();
  if (event === 'received') return { isConfirmed: false, warning: undefined };
  if (event === 'mined' && told === '') return { isConfirmed: true, warning: undefined };
  if (!/^\d{1,9}$/.test(told)) {
    const warning = `The wallet's number of confirmations is ${quoted(depthText)}, so the payment does not count as confirmed.`;
    return { isConfirmed: false, warning: told === '' ? undefined : warning };
  }
  const depth = Number(told);
  const isConfirmed = depth >= wanted;
  if (isConfirmed || event !== 'mined') return { isConfirmed, warning: undefined };
  const warning = `The wallet calls ${depth} confirmations enough and will not report ${wanted}: lower --confirmations, or raise the wallet's own number.`;
  return { isConfirmed, warning };
}
