import { expect, it } from 'vitest';
import { networkOf } from '#platform/ip-address.ts';

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:1:2::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:0:0:ffff::', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::192.0.2.1', '0:0:0:0::/64'],
  ['', ''],
  ['a socket', 'a socket'],
])('%s counts as %s where something is limited by address', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
