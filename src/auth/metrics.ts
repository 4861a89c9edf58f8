import type { ReadMetrics } from '#platform/module.ts';
import { nonceRepository } from './store/nonces.ts';

export const authMetrics: ReadMetrics = async (tx) => {
  const lastNotificationAt = await tx.use(nonceRepository).lastRaisedAt('wallet');
  return [
    {
      name: 'tpg_wallet_notification_age_seconds',
      help: 'Seconds since a hot wallet last reported something. Left out until one has.',
      samples: lastNotificationAt === undefined ? [] : [{ value: lastNotificationAt }],
    },
  ];
};
