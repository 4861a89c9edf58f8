import type { ApiClient } from '#platform/cli/api-client.ts';
import { CommandError } from '#platform/cli/exit.ts';
import { ServerRefusal } from '#platform/cli/server-call.ts';
import { formatAmount, plainText } from '#platform/cli/terminal/output.ts';
import { accountOf, addressToBase58, parseAddress, type TariAddress } from '#tari/address.ts';

/**
 * What commands of operators that can do harm are about to do, with how things are now. What can't be done at all is said
 * here, before anybody is asked.
 */

/** What is read, or undefined where the roles do not allow to read it, though they allow the change. */
async function readable<Answer>(read: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof ServerRefusal && error.status === 403) return undefined;
    throw error;
  }
}

const UNREADABLE = 'How it is now can’t be read with these roles.';

/** @param sentence what will happen to the order. @throws {CommandError} where there is none. */
export async function orderDanger(client: ApiClient, orderId: string, sentence: string): Promise<string[]> {
  const order = await readable(client.order(orderId));
  if (order === null) throw new CommandError(`The requested order ${plainText(orderId)} does not exist.`);
  const price = order && formatAmount(order.total_price);
  const state =
    order && `It is ${order.status}, costs ${price} and belongs to customer ${plainText(order.customer_id)}.`;
  return [`Order ${plainText(orderId)} ${sentence}`, state ?? UNREADABLE];
}

export async function creditDanger(client: ApiClient, customerId: string, amount: bigint): Promise<string[]> {
  const customer = plainText(customerId);
  const sentence =
    amount < 0n
      ? `Customer ${customer} will lose credit: ${formatAmount(amount)}.`
      : `Customer ${customer} will get ${formatAmount(amount)}, and what that covers of their open orders will be paid.`;
  const history = await readable(client.customerHistory(customerId));
  return [sentence, history ? `Their balance is ${formatAmount(history.balance.current_balance)} now.` : UNREADABLE];
}

/** @throws {CommandError} where the last super admin would lose that role and it is not forced. */
export async function revokeDanger(
  client: ApiClient,
  address: TariAddress,
  { roles, force }: { roles: readonly string[]; force?: boolean },
): Promise<string[]> {
  const account = accountOf(address);
  const [{ roles: held }, everybody] = await Promise.all([client.rolesOf(address), client.everybodysRoles()]);
  const admins = everybody.filter((one) => one.roles.includes('super_admin'));
  const isLast = roles.includes('super_admin') && held.includes('super_admin') && admins.length === 1;
  if (isLast && !force) {
    throw new CommandError(
      'This is the last super admin: without one only taritools setup add-user helps. --force does it.',
    );
  }
  const isSelf = client.signer !== undefined && accountOf(client.signer.address) === account;
  return [
    `${addressToBase58(address)} has the roles ${held.join(', ')}, and will lose ${roles.join(', ')} at once.`,
    ...(isSelf ? ['THIS IS YOURSELF: you will not be able to take it back with this profile.'] : []),
    ...(isLast ? ['Nobody will be super admin any more.'] : []),
  ];
}

/** @throws {CommandError} where the wallet is not registered, or is the last one and it is not forced. */
export async function walletDanger(
  client: ApiClient,
  address: TariAddress,
  force: boolean | undefined,
): Promise<string[]> {
  const name = addressToBase58(address);
  const wallets = await readable(client.wallets());
  const sentence = `Payments that ${name} reports will be refused from now on.`;
  if (wallets === undefined) return [sentence, UNREADABLE];
  const wallet = wallets.find((one) => accountOf(parseAddress(one.address)) === accountOf(address));
  const isLast = wallet !== undefined && wallets.length === 1;
  if (isLast && !force) {
    throw new CommandError('This is the last wallet: without one nobody can pay, or claim an order. --force does it.');
  }
  const state = wallet && `It reports from ${wallet.ip_address}; its last nonce is ${wallet.last_nonce}.`;
  return [sentence, ...(state ? [state] : []), ...(isLast ? ['Nobody can pay or claim until another is added.'] : [])];
}

/** A rate that jumps by more than half of itself is more often a slip of the finger than a market. */
export async function rateDanger(client: ApiClient, currency: string, rate: bigint): Promise<string[]> {
  const present = await readable(client.exchangeRate(currency)).catch((error: unknown) => {
    if (error instanceof ServerRefusal && error.status === 404) return undefined;
    throw error;
  });
  if (present === undefined) return [];
  const change = rate > present.rate ? rate - present.rate : present.rate - rate;
  if (change * 2n <= present.rate) return [];
  const [now, then] = [formatAmount(present.rate), formatAmount(rate)];
  return [
    `1 ${plainText(currency)} costs ${now} now, and will cost ${then} in orders from now on: ${percent(present.rate, rate)}.`,
  ];
}

function percent(from: bigint, to: bigint): string {
  const change = from === 0n ? 100n : ((to - from) * 100n) / from;
  return `${change > 0n ? '+' : ''}${change} %`;
}
