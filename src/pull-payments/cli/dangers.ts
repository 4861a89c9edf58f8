import { inAsset } from './amounts.ts';
import type { PullClient } from './requests.ts';

/** More unknown packets than this are a sign that something else is wrong. */
const SEARCHED_PACKETS = 1000;

/** Cancelling is final, and its payee is not asked. */
export async function cancelDanger(client: PullClient, id: string): Promise<string[]> {
  const { state, balance, reference, description, ...terms } = await client.pointer(id);
  if (state === 'cancelled') return [];
  const named = reference ?? description;
  return [
    `${named === null ? 'Its payee' : `The payee of ${JSON.stringify(named)}`} can never pull again, also not the ${inAsset(balance.available, terms)} that are available now.`,
  ];
}

/** A packet that is wrongly said to be rejected can be pulled a second time. */
export async function resolveDanger(client: PullClient, id: bigint, outcome: string): Promise<string[]> {
  const { answer } = await client.packets(undefined, { state: 'unknown', limit: SEARCHED_PACKETS });
  const packet = answer.find((one) => one.id === id);
  const what =
    packet === undefined ? `Packet ${id}` : `Packet ${id} of ${packet.amount} units, sent at ${packet.sent_at},`;
  return [
    outcome === 'fulfilled'
      ? `${what} will count as paid for good.`
      : `${what} will count as not paid for good: its payee can pull that money again. If it was paid after all, it is paid twice.`,
  ];
}
