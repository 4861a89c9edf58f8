import type { Generated } from 'kysely';
import type { PersonState } from '#auth/people/person-state.ts';

export interface PeopleTables {
  staff: StaffTable;
  passkeys: PasskeysTable;
  sessions: SessionsTable;
  login_links: LoginLinksTable;
  used_challenges: UsedChallengesTable;
  challenge_keys: ChallengeKeysTable;
}

interface StaffTable {
  id: Generated<bigint>;
  name: string;
  /** A JSON array. */
  roles: string;
  state: PersonState;
  user_handle: string;
  invitation_hash: string | null;
  invitation_until: string | null;
  invited_by: string;
  invited_at: string;
  registered_at: string | null;
  revoked_at: string | null;
}

interface PasskeysTable {
  id: Generated<bigint>;
  principal: string;
  name: string;
  credential_id: string;
  public_key: string;
  user_handle: string;
  counter: bigint;
  /** A JSON array. */
  transports: string;
  is_backed_up: bigint;
  created_at: string;
  used_at: string | null;
}

interface SessionsTable {
  id: string;
  token_hash: string;
  principal: string;
  /** A JSON array of the roles that were asked for; null for all that the principal has. */
  roles: string | null;
  address: string;
  device: string;
  created_at: string;
  seen_at: string;
  proven_at: string;
  ends_at: string;
}

interface LoginLinksTable {
  code_hash: string;
  principal: string;
  /** A JSON array. */
  roles: string;
  address: string;
  created_at: string;
  ends_at: string;
}

interface UsedChallengesTable {
  challenge_hash: string;
  ends_at: string;
}

interface ChallengeKeysTable {
  id: bigint;
  secret: string;
}
