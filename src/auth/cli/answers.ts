import * as z from 'zod';
import { whole } from '#platform/cli/answers.ts';

/** What the server answers about who may do what. */

export const wallet = z.looseObject({ address: z.string(), ip_address: z.string(), last_nonce: whole });
export const rolesOfAddress = z.looseObject({ address: z.string(), roles: z.array(z.string()) });

export type WalletAnswer = z.output<typeof wallet>;
export type RolesOfAddressAnswer = z.output<typeof rolesOfAddress>;
