/** Who may ask for refunds, and who may approve what others have asked for. */

export const REFUNDERS = ['support', 'finance'] as const;
export const APPROVERS = ['finance'] as const;
