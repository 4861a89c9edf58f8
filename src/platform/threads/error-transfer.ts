import { StoreBrokenError, StoreContentError, StoreUnavailableError } from '#platform/database/errors.ts';
import { EngineError, type EngineErrorCode } from '#platform/errors.ts';
import { NodeError, type NodeErrorKind } from '#rails/tari-chain/nodes/node-error.ts';

/** An error as it goes from one thread to another: of a class of ours, only the name and its fields arrive. */
export type WireError =
  | { kind: 'engine'; code: EngineErrorCode; about: string }
  | { kind: 'unavailable'; message: string }
  | { kind: 'broken'; message: string }
  | { kind: 'content'; message: string }
  | { kind: 'node'; code: NodeErrorKind; message: string }
  | { kind: 'other'; error: unknown };

export function toWire(error: unknown): WireError {
  if (error instanceof EngineError) return { kind: 'engine', code: error.code, about: error.about };
  if (error instanceof StoreUnavailableError) return { kind: 'unavailable', message: error.message };
  if (error instanceof StoreBrokenError) return { kind: 'broken', message: error.message };
  if (error instanceof StoreContentError) return { kind: 'content', message: error.message };
  if (error instanceof NodeError) return { kind: 'node', code: error.kind, message: error.message };
  return { kind: 'other', error };
}

export function fromWire(error: WireError): unknown {
  switch (error.kind) {
    case 'engine':
      return new EngineError(error.code, error.about);
    case 'unavailable':
      return new StoreUnavailableError(error.message);
    case 'broken':
      return new StoreBrokenError(error.message);
    case 'content':
      return new StoreContentError(error.message);
    case 'node':
      return new NodeError(error.code, error.message);
    case 'other':
      return error.error;
  }
}
