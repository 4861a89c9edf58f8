import { BlockList } from 'node:net';
import { formatIpAddress, parseIpAddress, parseIpRange } from '#platform/ip-address.ts';

/** A list of addresses and ranges, such as those that may call the webhooks, or the proxies that are trusted. */
export interface IpList {
  /** Whether the list holds this address. A text that is not an address is in no list. */
  contains(address: string): boolean;
}

/**
 * Creates a list from addresses and CIDR ranges of both families. An IPv4 address also matches in its IPv6-mapped form,
 * because that is how a dual-stack socket reports it.
 * @throws {TypeError} for an entry that is neither; the settings have been validated before.
 */
export function createIpList(entries: readonly string[]): IpList {
  // In a single list, node:net would let `::/0` match the mapped addresses too, and so all of IPv4.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const entry of entries) {
    const range = parseIpRange(entry);
    if (range === undefined) throw new TypeError(`"${entry}" is neither an IP address nor a CIDR range.`);
    const family = range.address.kind();
    lists[family].addSubnet(formatIpAddress(range.address), range.prefixLength, family);
  }
  return {
    contains(text) {
      const address = parseIpAddress(text);
      if (address === undefined) return false;
      const family = address.kind();
      return lists[family].check(formatIpAddress(address), family);
    },
  };
}
