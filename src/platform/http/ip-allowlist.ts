import { formatIpAddress, type IpRange, isInRange, parseIpAddress, parseIpRange } from '#platform/ip-address.ts';

/** A list of addresses and ranges, such as those that may call the webhooks, or the proxies that are trusted. */
export interface IpList {
  /** Whether the list holds this address. A text that is not an address is in no list. */
  contains(address: string): boolean;
}

/**
 * Makes a list from addresses and CIDR ranges of both families. An IPv4 address matches in its IPv6-mapped form too,
 * because that is how a dual-stack socket reports it.
 * @throws {TypeError} for an entry that is neither; the settings are checked before they come here.
 */
export function createIpList(entries: readonly string[]): IpList {
  const ranges = entries.map(rangeOf);
  // Single addresses are the usual entries, and looking one up costs nothing like comparing bits.
  const addresses = new Set(ranges.filter(isSingleAddress).map((range) => formatIpAddress(range.address)));
  const widerRanges = ranges.filter((range) => !isSingleAddress(range));

  return {
    contains(text) {
      if (addresses.has(text)) return true;
      const address = parseIpAddress(text);
      if (address === undefined) return false;
      return addresses.has(formatIpAddress(address)) || widerRanges.some((range) => isInRange(address, range));
    },
  };
}

function rangeOf(entry: string): IpRange {
  const range = parseIpRange(entry);
  if (range === undefined) throw new TypeError(`"${entry}" is neither an IP address nor a CIDR range.`);
  return range;
}

function isSingleAddress(range: IpRange): boolean {
  return range.prefixLength === range.address.toByteArray().length * 8;
}
