import { defineErrors } from '#platform/errors.ts';

export { DomainError } from '#platform/errors.ts';

/** Errors of logins and permissions that callers can cause. Existing clients match these sentences, so they must not change. */
export const authErrors = defineErrors({
  person_not_found: ['not_found', 'There is no person {}.'],
  person_state: ['conflict', 'The person {}.'],
  too_many_people: ['conflict', 'There are {}, and there is no room for another.'],
  invitation_invalid: [
    'not_found',
    'This invitation is not open: it was used, has expired, or another has replaced it. Ask for a new one.',
  ],
  login_link_invalid: [
    'not_found',
    'This link is not open: it was used, has expired, or another has replaced it. Run taritools login --browser again.',
  ],
  console_role_missing: ['forbidden', 'None of the roles {} opens the console.'],
  passkey_refused: ['unauthenticated', 'The passkey was not accepted: {}.'],
  passkey_not_found: ['not_found', 'There is no passkey {} of this person.'],
  too_many_passkeys: ['conflict', 'There are {} passkeys, and there is no room for another.'],
  last_passkey: ['conflict', 'Without the passkey {} there would be no way to sign in any more.'],
  session_not_found: ['not_found', 'There is no session {} of this person.'],
  session_missing: ['unauthenticated', 'Please sign in first.'],
  form_token_invalid: [
    'forbidden',
    'The form is not one of your present session. Load the page again and repeat what you entered.',
  ],
  fresh_proof_missing: ['forbidden', 'Please confirm with your passkey that it is you.'],
  console_off: ['conflict', 'There is no console to sign in to: it is switched on by TPG_CONSOLE.'],
  wallet_not_authorized: ['unauthenticated', 'The wallet is not authorized to report payments. {}'],
  wallet_signature_invalid: ['unauthenticated', 'The signature of the wallet is invalid.'],
  wallet_nonce_not_increasing: ['unauthenticated', 'Nonce is not strictly increasing.'],
  wallet_not_found: ['not_found', 'There is no wallet with the address {}.'],
  wrong_network: ['invalid', 'The address is on another network. {}'],
  login_nonce_not_increasing: [
    'unauthenticated',
    'Login token signature is invalid. Nonce is not strictly increasing.',
  ],
  login_roles_not_held: ['forbidden', 'Insufficient Permissions. {}'],
  permission_missing: ['forbidden', 'Insufficient permissions.'],
  last_super_admin: [
    'conflict',
    'Without {} there would be no super admin any more. The parameter force=true does it anyway.',
  ],
  role_irrevocable: ['invalid', 'The role {} cannot be revoked: every address has it.'],
  login_token_missing: [
    'invalid',
    'Auth token signature invalid or not provided. No login token came: neither in the header tpg_auth_token nor as Authorization: Bearer. If you sent that header, a proxy on the way drops names with underscores, as nginx does without underscores_in_headers on.',
  ],
  login_token_malformed: ['invalid', 'Login token is not in the correct format. {}'],
  login_signature_invalid: ['unauthenticated', 'Login token signature is invalid. {}'],
  access_token_missing: [
    'unauthenticated',
    'Please first authenticate with this application. An error occurred, no cookie containing a jwt was found in the request.',
  ],
  access_token_invalid: ['unauthenticated', 'An error occurred validating the jwt. {}'],
  cross_site_request: [
    'forbidden',
    'A page of another site cannot change anything here. Send the token as a header instead.',
  ],
});

type Rows = typeof authErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}
