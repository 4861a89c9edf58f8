/**
 * Error codes of Interledger (RFC 0027, Error Codes). A code of another connector that is not in the table is kept as it
 * came; its first letter says how to treat it.
 */
export const ERROR_CODES = {
  F00: 'Bad Request',
  F01: 'Invalid Packet',
  F02: 'Unreachable',
  F03: 'Invalid Amount',
  F04: 'Insufficient Destination Amount',
  F05: 'Wrong Condition',
  F06: 'Unexpected Payment',
  F07: 'Cannot Receive',
  F08: 'Amount Too Large',
  F99: 'Application Error',
  T00: 'Internal Error',
  T01: 'Peer Unreachable',
  T02: 'Peer Busy',
  T03: 'Connector Busy',
  T04: 'Insufficient Liquidity',
  T05: 'Rate Limited',
  T99: 'Application Error',
  R00: 'Transfer Timed Out',
  R01: 'Insufficient Source Amount',
  R02: 'Insufficient Timeout',
  R99: 'Application Error',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Final: give up. Temporary: try again after a pause. Relative: try again with more time or money, a few times. */
export type ErrorKind = 'final' | 'temporary' | 'relative';

/** How an error is to be treated. What is no known kind is final: there is no reason to try it again. */
export function kindOfError(code: string): ErrorKind {
  if (code.startsWith('T')) return 'temporary';
  return code.startsWith('R') ? 'relative' : 'final';
}

/** The code with its name, for logs: `F08 Amount Too Large`. */
export function describedError(code: string): string {
  const name = Object.hasOwn(ERROR_CODES, code) ? ERROR_CODES[code as ErrorCode] : 'unknown error';
  return `${code} ${name}`;
}
