import { networkProblem } from '#auth/shop-address.ts';
import { isShopAccount, shopNetwork } from '#auth/shop-network.ts';
import { type GivablePart, onlyPayerOf } from '#engine/money/giving-back.ts';
import type { Transaction } from '#platform/database/store.ts';
import { AddressError, accountOf, addressToBase58, ONE_SIDED, parseAddress, type TariAddress } from '#tari/address.ts';
import type { PayoutContext } from './context.ts';
import { DomainError } from './errors.ts';
import type { AddressOrigin, PayerAddress, RefundAddress } from './types.ts';

/** Where payouts may go. */

/** @throws {DomainError} `payout_address_refused` */
export async function requirePayable(
  tx: Transaction,
  { settings }: Pick<PayoutContext, 'settings'>,
  address: string,
): Promise<string> {
  const parsed = parsedAddress(address);
  const account = accountOf(parsed);
  const wrongNetwork = networkProblem(await shopNetwork(tx, settings), account);
  if (wrongNetwork !== undefined) throw new DomainError('payout_address_refused', wrongNetwork);
  if ((parsed.features & ONE_SIDED) === 0) {
    throw new DomainError(
      'payout_address_refused',
      'It takes interactive payments only, for which its wallet would have to be online: a one-sided address is needed.',
    );
  }
  if (await isShopAccount(tx, settings, account)) {
    throw new DomainError('payout_address_refused', 'It is the shop’s own wallet.');
  }
  return addressToBase58(parsed);
}

/** @throws {DomainError} as `requirePayable`, and for the owner's cold address. */
export async function requireCustomersAddress(
  tx: Transaction,
  context: Pick<PayoutContext, 'settings'>,
  address: string,
): Promise<string> {
  const payable = await requirePayable(tx, context, address);
  const { coldAddress } = context.settings;
  if (coldAddress !== null && accountOf(parseAddress(coldAddress)) === accountOf(parseAddress(payable))) {
    throw new DomainError('payout_address_refused', 'It is the address that the shop’s earnings are swept to.');
  }
  return payable;
}

/** The wallet that paid all of these, if it is tied to this customer only and can be paid to. */
export async function payerOf(
  tx: Transaction,
  context: Pick<PayoutContext, 'settings'>,
  customerId: string,
  parts: readonly GivablePart[],
): Promise<PayerAddress | undefined> {
  const payer = await onlyPayerOf(tx, customerId, parts);
  if (payer === undefined) return undefined;
  try {
    return { address: await requireCustomersAddress(tx, context, payer.address), proven: payer.isProven };
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

/** @throws {DomainError} `refund_no_payer`, `payout_address_refused` */
export async function destinationOf(
  tx: Transaction,
  context: Pick<PayoutContext, 'settings'>,
  {
    customerId,
    parts,
    to,
    from,
  }: { customerId: string; parts: readonly GivablePart[]; to: 'payer' | { address: string }; from: AddressOrigin },
): Promise<RefundAddress> {
  if (to !== 'payer') {
    return { address: await requireCustomersAddress(tx, context, to.address), proven: false, from };
  }
  const payer = await payerOf(tx, context, customerId, parts);
  if (payer === undefined) throw new DomainError('refund_no_payer');
  return { ...payer, from: 'payer' };
}

function parsedAddress(text: string): TariAddress {
  try {
    return parseAddress(text.trim());
  } catch (error) {
    if (error instanceof AddressError) throw new DomainError('payout_address_refused', error.message);
    throw error;
  }
}
