import * as z from 'zod';
import { ROLES } from '#auth/roles.ts';
import { formatIpAddress, parseIpAddress } from '#platform/ip-address.ts';

/** The shapes of requests and answers about hot wallets and roles. */

export const ipAddress = z.string().transform((value, context) => {
  const parsed = parseIpAddress(value.trim());
  if (parsed !== undefined) return formatIpAddress(parsed);
  context.issues.push({ code: 'custom', message: 'is not an IPv4 or IPv6 address', input: value });
  return z.NEVER;
});

export const role = z.enum(ROLES);

export const wallet = z.object({
  address: z.string(),
  ip_address: z.string(),
  last_nonce: z.bigint().meta({ format: 'uint64' }),
});

export const rolesOfAddress = z.object({ address: z.string(), roles: z.array(role) });
