import { transferError } from '#platform/threads/error-transfer.ts';

/**
 * Why a node was of no use. `unreachable`: no connection, or one that broke. `timeout`: nothing whole came in time.
 * `too_much`: the answer was longer than anything honest. `refused`: an error of the node's own. `garbage`: no sense in
 * the answer, or one that contradicts what the same node has just said.
 */
export type NodeErrorKind = 'unreachable' | 'timeout' | 'too_much' | 'refused' | 'garbage';

/** A call to a node that failed. The message is a sentence for operators, and shows nothing that the node sent. */
export class NodeError extends Error {
  override readonly name = 'NodeError';
  readonly kind: NodeErrorKind;

  constructor(kind: NodeErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

transferError('node', {
  is: (error) => error instanceof NodeError,
  toFields: ({ kind, message }: NodeError) => ({ kind, message }),
  fromFields: ({ kind, message }) => new NodeError(kind, message),
});
