import type { Generated } from 'kysely';
import type { Role } from '#auth/roles.ts';

export const NONCE_PURPOSES = ['wallet', 'login'] as const;
export type NoncePurpose = (typeof NONCE_PURPOSES)[number];

export interface AuthTables {
  nonces: NoncesTable;
  roles: RolesTable;
  wallets: WalletsTable;
}

/** The last nonce of a signer, as 20 decimal digits: a u64 does not fit into a signed column, and texts of the same length sort correctly. */
interface NoncesTable {
  purpose: NoncePurpose;
  account: string;
  last_nonce: string;
  updated_at: string;
  /** 1 if the account was unknown when it logged in. */
  is_stranger: Generated<bigint>;
}

interface RolesTable {
  account: string;
  role: Role;
  created_at: string;
}

interface WalletsTable {
  account: string;
  address: string;
  ip_address: string;
  created_at: string;
}
