/** Rows of every table of people, as SQLite takes them. */
export function sampleRows(time: string): string[] {
  const staff =
    'name, roles, state, user_handle, invitation_hash, invitation_until, invited_by, invited_at, registered_at, revoked_at';
  const session = 'id, token_hash, principal, roles, address, device, created_at, seen_at, proven_at, ends_at';
  return [
    `insert into staff (${staff}) values ('Ana “ä”', '["support"]', 'registered', 'h1', null, null, 'someone', '${time}', '${time}', null)`,
    `insert into staff (${staff}) values ('Ben', '["finance","write"]', 'invited', 'h2', 'ab', '${time}', 'staff:1', '${time}', null, null)`,
    `insert into staff (${staff}) values ('Cleo', '[]', 'revoked', 'h3', null, null, 'staff:1', '${time}', '${time}', '${time}')`,
    `insert into passkeys (principal, name, credential_id, public_key, user_handle, counter, transports, is_backed_up, created_at, used_at)
       values ('staff:1', 'phone', 'c1', 'k1', 'h1', 4294967295, '["internal"]', 1, '${time}', '${time}')`,
    `insert into sessions (${session}) values ('s1', 't1', 'staff:1', null, '192.0.2.7', 'Chrome on Linux', '${time}', '${time}', '${time}', '${time}')`,
    `insert into sessions (${session}) values ('s2', 't2', 'an address', '["super_admin"]', '2001:db8::', '', '${time}', '${time}', '${time}', '${time}')`,
    `insert into login_links (code_hash, principal, roles, address, created_at, ends_at) values ('l1', 'an address', '["super_admin"]', '192.0.2.7', '${time}', '${time}')`,
    `insert into used_challenges (challenge_hash, ends_at) values ('u1', '${time}')`,
    `insert into challenge_keys (id, secret) values (1, 'a secret')`,
  ];
}
