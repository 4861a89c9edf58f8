/**
 * What can go wrong with a call. `http_NNN` answers that status, `graphql_CODE` a top-level error with that code and no
 * data, `drop_after_acting` does the work and then destroys the connection.
 */
export type FaultKind =
  | 'hang'
  | 'drop_after_acting'
  | 'throttled'
  | 'not_json'
  | 'oversized'
  | 'unauthorized'
  | `http_${number}`
  | `graphql_${string}`;

interface Fault {
  kind: FaultKind;
  operation: string | undefined;
}

/** What stands for the token endpoint among the operations. */
export const TOKEN_ENDPOINT = 'token';

export interface Faults {
  /**
   * @param operation only calls of this operation fail, such as `CancelOrder`, or `token` for the endpoint that issues
   * tokens; without it, the next calls of the GraphQL endpoint do.
   */
  failNext(count: number, kind: FaultKind, operation?: string): void;
  /** Takes out the oldest fault that fits the operation. */
  take(operation: string): FaultKind | undefined;
  clear(): void;
}

export function createFaults(): Faults {
  const waiting: Fault[] = [];
  return {
    /**
     * @param operation only calls of this operation fail, such as `CancelOrder`, or `token` for the endpoint that issues
     * tokens; without it, the next calls of the GraphQL endpoint do.
     */
    failNext(count, kind, operation) {
      for (let index = 0; index < count; index += 1) waiting.push({ kind, operation });
    },
    take(operation) {
      const index = waiting.findIndex((fault) =>
        fault.operation === undefined ? operation !== TOKEN_ENDPOINT : fault.operation === operation,
      );
      return index === -1 ? undefined : waiting.splice(index, 1)[0]?.kind;
    },
    clear: () => {
      waiting.length = 0;
    },
  };
}
