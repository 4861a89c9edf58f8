import { type OutputOptions, table } from '#platform/cli/terminal/output.ts';
import type { RolesOfAddressAnswer, WalletAnswer } from './answers.ts';

export function walletsView(wallets: readonly WalletAnswer[], output: OutputOptions): string[] {
  return table<WalletAnswer>(
    [
      { title: 'Address', of: (wallet) => wallet.address, canShrink: true },
      { title: 'IP address', of: (wallet) => wallet.ip_address },
      { title: 'Last nonce', whole: (wallet) => wallet.last_nonce },
    ],
    wallets,
    output,
  );
}

export function rolesView(everybody: readonly RolesOfAddressAnswer[], output: OutputOptions): string[] {
  return table<RolesOfAddressAnswer>(
    [
      { title: 'Address', of: (one) => one.address, canShrink: true },
      { title: 'Roles', of: (one) => one.roles.join(', ') },
    ],
    everybody,
    output,
  );
}
