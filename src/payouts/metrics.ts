import type { ReadMetrics } from '#platform/module.ts';
import { payoutRepository } from './store/payouts.ts';
import { refundRepository } from './store/refunds.ts';
import { switchRepository } from './store/switch.ts';
import { PAYOUT_STATES, REFUND_STATES } from './types.ts';

export const payoutMetrics: ReadMetrics = async (tx) => {
  const refunds = await tx.use(refundRepository).countByState();
  const payouts = await tx.use(payoutRepository).countByState();
  const { isStopped } = await tx.use(switchRepository).read();
  const samplesOf = (states: readonly string[], rows: readonly { state: string; count: number }[]) =>
    states.map((state) => ({ labels: { state }, value: rows.find((row) => row.state === state)?.count ?? 0 }));
  return [
    {
      name: 'tpg_refunds',
      help: 'Refunds, by their state.',
      labels: ['state'],
      samples: samplesOf(REFUND_STATES, refunds),
    },
    {
      name: 'tpg_payouts',
      help: 'Payouts, by their state. One whose fate is unknown needs a person.',
      labels: ['state'],
      samples: samplesOf(PAYOUT_STATES, payouts),
    },
    {
      name: 'tpg_payouts_stopped',
      help: '1 while payouts are stopped.',
      samples: [{ value: isStopped ? 1 : 0 }],
    },
  ];
};
