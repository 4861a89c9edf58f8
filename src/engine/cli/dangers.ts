import type { ApiClient } from '#platform/cli/api-client.ts';
import { UNREADABLE } from '#platform/cli/danger.ts';
import { CommandError } from '#platform/cli/exit.ts';
import { readable } from '#platform/cli/server-call.ts';
import { formatAmount, plainText } from '#platform/cli/terminal/output.ts';
import type { EngineClient } from './requests.ts';

/**
 * What commands of operators that can do harm are about to do, with how things are now. What can't be done at all is said
 * here, before the question.
 */

/** Whether the client is told of all orders there are. */
export function seesAll({ roles }: Pick<ApiClient, 'roles'>): boolean {
  return roles.includes('read_all') || roles.includes('super_admin');
}

export function unknownOrder(orderId: string): string {
  return `The requested order ${plainText(orderId)} does not exist.`;
}

/** @param sentence what will happen to the order. @throws {CommandError} where there is none. */
export async function orderDanger(client: EngineClient, orderId: string, sentence: string): Promise<string[]> {
  const found = await readable(client.order(orderId));
  // Who may not read all is told of no orders but their own.
  if (found === null && seesAll(client)) throw new CommandError(unknownOrder(orderId));
  const order = found ?? undefined;
  const price = order && formatAmount(order.total_price);
  const state = order && `It is ${order.status}, costs ${price} and belongs to customer ${order.customer_id}.`;
  return [`Order ${orderId} ${sentence}`, state ?? UNREADABLE];
}

export async function creditDanger(client: EngineClient, customerId: string, amount: bigint): Promise<string[]> {
  const sentence =
    amount < 0n
      ? `Customer ${customerId} will lose credit: ${formatAmount(amount)}.`
      : `Customer ${customerId} will get ${formatAmount(amount)}, and what that covers of their open orders will be paid.`;
  const history = await readable(client.customerHistory(customerId));
  return [sentence, history ? `Their balance is ${formatAmount(history.balance.current_balance)} now.` : UNREADABLE];
}
