import { type ApiClient, withQuery } from '#platform/cli/api-client.ts';
import { addressToBase58, type TariAddress } from '#tari/address.ts';
import * as shapes from './answers.ts';

export type AuthClient = ReturnType<typeof authClient>;

/** What is asked about who may do what. */
export function authClient(client: ApiClient) {
  return {
    ...client,
    wallets: () => client.get('/api/wallets', shapes.wallet.array()),
    addWallet: (address: TariAddress, ipAddress: string, initialNonce?: bigint) =>
      client.command('POST', '/api/wallets', {
        address: addressToBase58(address),
        ip_address: ipAddress,
        ...(initialNonce !== undefined && { initial_nonce: initialNonce }),
      }),
    removeWallet: (address: TariAddress) => client.command('DELETE', `/api/wallets/${addressToBase58(address)}`),
    everybodysRoles: () => client.get('/api/roles', shapes.rolesOfAddress.array()),
    rolesOf: (address: TariAddress) => client.get(`/api/roles/${addressToBase58(address)}`, shapes.rolesOfAddress),
    /** @param force also when no super admin is left then. */
    changeRoles: (
      address: TariAddress,
      change: { apply?: readonly string[]; revoke?: readonly string[] },
      force = false,
    ) =>
      client.command('POST', withQuery('/api/roles', { force: force ? 'true' : undefined }), [
        { address: addressToBase58(address), ...change },
      ]),
  };
}
