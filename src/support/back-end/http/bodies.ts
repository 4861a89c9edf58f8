import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { HttpError } from '#platform/http/errors.ts';
import { address, keptText, orderId as orderIdField } from '#platform/http/fields.ts';
import { DomainError } from '#support/back-end/errors.ts';
import { type MicroTari, microTari, TARI_SUPPLY } from '#tari/micro-tari.ts';

/** What requests to the documented back end hold: JSON, or forms, in which everything is text. */

export const MAX_BODY_BYTES = 64 * 1024;

/** Reads forms beside JSON. Their text is kept as that of JSON is: a repeat is recognised by it. */
export function readForms(app: FastifyInstance): void {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (request, body, done) => {
    const text = body as string;
    request.rawText = text;
    const fields = [...new URLSearchParams(text)];
    const names = new Set(fields.map(([name]) => name));
    if (names.size < fields.length) done(new HttpError('invalid_request', 'a field is there twice.'), undefined);
    else done(null, text === '' ? undefined : Object.fromEntries(fields));
  });
}

/** @throws {HttpError} `unreadable_body`, `invalid_request` */
export function bodyOf<Shape extends z.ZodType>({ body }: FastifyRequest, shape: Shape): z.output<Shape> {
  if (body === undefined || body === null) throw new HttpError('unreadable_body', 'there is none.');
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 5).map(({ path, message }) => {
    const name = path.join('.');
    return name === '' ? message : `${name}: ${message}`;
  });
  throw new HttpError('invalid_request', `${issues.join('; ')}.`);
}

/** An id is a text, or a number as programs write it. */
function idField<Shape extends z.ZodType<unknown, string>>(shape: Shape) {
  return z.union([z.string(), z.int(), z.bigint()]).transform(String).pipe(shape);
}

/** A field that is empty in a form counts as left out. Amounts are no such fields. */
function unlessEmpty<Shape extends z.ZodType>(shape: Shape) {
  return z.preprocess((value) => (value === '' || value === null ? undefined : value), shape.optional());
}

const MAX_START = 9_950;

const start = z.coerce.number().int().min(0).max(MAX_START);

/** As little as keeps it from being anything but an address: no spaces, quotation marks and backslashes. */
const email = z
  .string()
  .trim()
  .max(254)
  .regex(/^[^\s"\\<>(),:;@]{1,64}@[^\s"\\<>(),:;@]{1,190}$/, 'must be an e-mail address');

const checkoutId = idField(orderIdField);
const reason = keptText(1000).trim().min(1);
/** Ids that mean nothing here are taken, so that the documented front end can send them. */
const accountId = unlessEmpty(idField(keptText(300)));

export const listOf = z.object({ account_id: accountId, start: unlessEmpty(start) });

export const checkout = z.object({
  account_id: accountId,
  checkout_id: unlessEmpty(checkoutId),
  start: unlessEmpty(start),
});

export const refund = z.object({
  account_id: accountId,
  checkout_id: checkoutId,
  refund_reason: reason,
  /** Where to: the wallet that paid, or an address that the customer chooses, unless told. */
  address: unlessEmpty(address),
});

const ONE_OF_THESE = 'names an email, a customer_id, an address or an order, and one of them only';

export const payer = z
  .object({
    email: unlessEmpty(email),
    customer_id: unlessEmpty(idField(keptText(270).min(1))),
    address: unlessEmpty(address),
    order: unlessEmpty(checkoutId),
  })
  .refine((given) => Object.values(given).filter((value) => value !== undefined).length === 1, ONE_OF_THESE);

export const creditCard = z
  .object({ id: unlessEmpty(address), credit_card_id: unlessEmpty(address) })
  .transform(({ id, credit_card_id: cardId }) => cardId ?? id)
  .refine((found) => found !== undefined, 'names a wallet’s address as credit_card_id')
  .transform((found) => found as NonNullable<typeof found>);

const pointerId = z
  .string()
  .regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be the id of a pull pointer as lists show it');

export const preapproval = z
  .object({ id: unlessEmpty(pointerId), preapproval_id: unlessEmpty(pointerId), reason: unlessEmpty(reason) })
  .refine(({ id, preapproval_id: named }) => (named ?? id) !== undefined, 'names a pull pointer as preapproval_id')
  .transform(({ id = '', preapproval_id: named, reason }) => ({ id: named ?? id, reason }));

export const user = z.object({
  user_id: unlessEmpty(idField(keptText(300))),
  account_id: accountId,
  email: unlessEmpty(keptText(254)),
});

/** Nothing but `undefined` means all of the rest: what is there and no amount was meant to be one. */
const ABSENT = undefined;

/**
 * The amount of a refund; undefined for all of the rest.
 * @throws {DomainError} `support_amount_refused`, `support_fee_refused`
 */
export function amountIn({ body }: FastifyRequest): MicroTari | undefined {
  const given = body as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(given, 'app_fee')) throw new DomainError('support_fee_refused');
  if (!Object.hasOwn(given, 'amount')) return ABSENT;
  const amount = wholeNumberIn(given.amount);
  if (amount === undefined) {
    throw new DomainError('support_amount_refused', 'it must be a whole number of µT, without a point.');
  }
  if (amount <= 0n || amount > TARI_SUPPLY) throw new DomainError('support_amount_refused', 'it must be above 0.');
  return microTari(amount);
}

function wholeNumberIn(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}
