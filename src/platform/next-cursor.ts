/** The header that names where the next part of a list begins; both sides read it. Missing where there is no more. */
export const NEXT_CURSOR = 'x-next-cursor';
