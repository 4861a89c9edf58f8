import type { ReadMetrics } from '#platform/module.ts';

export const authMetrics: ReadMetrics = async (tx) => {
  const lastNotificationAt = await tx.nonces.lastRaisedAt('wallet');
  return [
    {
      name: 'tpg_wallet_notification_age_seconds',
      help: 'How long ago a hot wallet last reported something. Left out until one has.',
      samples: lastNotificationAt === undefined ? [] : [{ value: lastNotificationAt }],
    },
  ];
};
