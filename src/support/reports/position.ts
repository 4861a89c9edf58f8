/** The journals of movements. Movements of one moment are in this order. */
export const JOURNALS = ['payments', 'settlements', 'payouts'] as const;
export type Journal = (typeof JOURNALS)[number];

/** The position of a movement in a report. */
export interface MovementPosition {
  time: Date;
  journal: Journal;
  id: string;
}
