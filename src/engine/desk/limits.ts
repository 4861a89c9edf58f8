/** More is shown as "1,000+": to count further would cost more than anyone gains. */
export const MAX_COUNTED = 1_000;
