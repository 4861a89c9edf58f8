import type { Transaction } from '#platform/database/store.ts';
import { appendEvent } from '#platform/outbox/append-event.ts';
import type { PullContext } from '../context.ts';
import type { PullPaymentsService } from '../service-type.ts';
import { type KeptPush, pushRepository } from '../store/pushes.ts';
import { MAX_AMOUNT } from '../terms/check.ts';
import type { BookedPush, Push } from '../types.ts';
import { pushView } from '../views.ts';

/** Books money that arrives, each packet once: one that is booked already is refused. */
export function receiving({ store, clock, subscriptions }: PullContext): Pick<PullPaymentsService, 'book'> {
  return {
    book(packet) {
      const now = clock.now();
      if (packet.amount < 1n || packet.amount > MAX_AMOUNT) return Promise.resolve(false);
      return store.run(async (tx) => {
        const before = await tx.use(pushRepository).find(packet.pushId);
        if (before !== undefined && !(await mayGoOn(tx, before, packet))) return false;
        const push = added(before, packet, now);
        if (before === undefined) await tx.use(pushRepository).insert(push);
        else await tx.use(pushRepository).save(push);
        await tx.use(pushRepository).insertPacket(packet.pushId, packet.packet, packet.amount, now);
        await appendEvent(tx, subscriptions, {
          type: 'PushReceived',
          subject: `push ${push.id}`,
          payload: { amount: String(packet.amount), push: pushView(push) },
          at: now,
        });
        return true;
      });
    },
  };
}

async function mayGoOn(tx: Transaction, push: KeptPush, { asset, pushId, packet }: BookedPush): Promise<boolean> {
  const isSameAsset = push.asset.code === asset.code && push.asset.scale === asset.scale;
  return isSameAsset && !(await tx.use(pushRepository).hasPacket(pushId, packet));
}

function added(before: Push | undefined, { pushId: id, amount, asset }: BookedPush, now: Date): Push {
  if (before === undefined) return { id, asset, amount, packets: 1, startedAt: now, updatedAt: now };
  return { ...before, amount: before.amount + amount, packets: before.packets + 1, updatedAt: now };
}
