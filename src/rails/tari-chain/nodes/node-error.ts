import { transferError } from '#platform/threads/error-transfer.ts';

/**
 * Why a node failed. `unreachable`: no connection, or one that broke. `timeout`: no complete answer in time. `too_much`:
 * the answer was implausibly long. `refused`: an error of the node's own. `garbage`: an invalid answer, or one that
 * contradicts an earlier answer of the same node.
 */
export type NodeErrorKind = 'unreachable' | 'timeout' | 'too_much' | 'refused' | 'garbage';

/** A failed request to a node. The message is a sentence for operators and quotes nothing that the node sent. */
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
