import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicIpAddress } from '#platform/ip-address.ts';

/** Resolves a name to all its addresses, as `lookup` of node:dns does. */
export type Resolve = (
  host: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** The receiver is, or may be, in a network that is not public. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';

  constructor() {
    super('It is at an address that is not public.');
  }
}

/**
 * Resolves names for a connection, and refuses those that have an address that is not public. The connection is made to
 * one of the addresses that were checked, so that a name cannot mean another one a moment later.
 */
export function publicLookup(resolve: Resolve = systemLookup): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error) done(error, '');
      else if (first === undefined || !addresses.every(({ address }) => isPublicIpAddress(address))) {
        done(new PrivateAddressError(), '');
      } else if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

/** Whether a URL names an address that is not public: an address is not looked up when it is connected to. */
export function namesPrivateAddress({ hostname }: URL): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  return isIP(address) !== 0 && !isPublicIpAddress(address);
}
