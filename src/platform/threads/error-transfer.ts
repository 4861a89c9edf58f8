import { inspect } from 'node:util';
import { StoreBrokenError, StoreContentError, StoreUnavailableError } from '#platform/database/errors.ts';
import { DomainError, type ErrorCode } from '#platform/errors.ts';

/** An error in transfer between threads: of our own classes only kind and fields are sent. */
export interface WireError {
  /** Undefined for any other class: then `fields` is the error. */
  kind: string | undefined;
  fields: unknown;
}

interface Transfer<Failure extends Error, Fields> {
  is: (error: unknown) => error is Failure;
  toFields: (error: Failure) => Fields;
  fromFields: (fields: Fields) => Failure;
}

const transfers = new Map<string, Transfer<Error, unknown>>();

/** Registers how errors of a class are transferred to other threads. Both threads must have loaded the calling file. */
export function transferError<Failure extends Error, Fields>(kind: string, transfer: Transfer<Failure, Fields>): void {
  transfers.set(kind, transfer as unknown as Transfer<Error, unknown>);
}

export function toWire(error: unknown): WireError {
  for (const [kind, { is, toFields }] of transfers) {
    if (is(error)) return { kind, fields: toFields(error) };
  }
  return { kind: undefined, fields: error };
}

/** Returns an error for any input and never throws: throwing here would end the process or leave the caller waiting. */
export function fromWire({ kind, fields }: WireError): unknown {
  if (kind === undefined) return fields;
  const transfer = transfers.get(kind);
  if (transfer === undefined) {
    return new Error(
      `Another thread failed with ${inspect(fields)}; this thread does not know errors of the kind ${kind}`,
    );
  }
  try {
    return transfer.fromFields(fields);
  } catch (error) {
    return new Error(`Another thread failed with ${inspect(fields)}, which this thread cannot read`, { cause: error });
  }
}

transferError('domain', {
  is: (error) => error instanceof DomainError,
  toFields: ({ code, about }: DomainError): { code: ErrorCode; about: string } => ({ code, about }),
  fromFields: ({ code, about }) => new DomainError(code, about),
});

for (const [kind, Failure] of Object.entries({
  unavailable: StoreUnavailableError,
  broken: StoreBrokenError,
  content: StoreContentError,
})) {
  transferError(kind, {
    is: (error): error is Error => error instanceof Failure,
    toFields: ({ message }: Error) => message,
    fromFields: (message) => new Failure(message),
  });
}
