import * as z from 'zod';
import { AddressError, addressToBase58, parseAddress } from '#tari/address.ts';

/** Longer than any address in any form. */
export const MAX_ADDRESS_LENGTH = 4096;

/** An address in any of its forms, as base58; spaces around a pasted text are ignored. */
export const typedAddress = z
  .string()
  .max(MAX_ADDRESS_LENGTH)
  .transform((text, context): string => {
    try {
      return addressToBase58(parseAddress(text.trim()));
    } catch (error) {
      if (!(error instanceof AddressError)) throw error;
      context.issues.push({ code: 'custom', message: `This is no Tari address: ${error.message}`, input: text });
      return z.NEVER;
    }
  });
