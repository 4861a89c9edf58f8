import type { CommandPorts } from '#platform/cli/ports.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import type { ChainSettings } from '#rails/tari-chain/settings.ts';
import type { ViewWallet } from '#tari/chain/view-wallet.ts';

/** What the checks of the watcher are made with. */
export interface Patient {
  ports: CommandPorts;
  settings: Settings;
  chain: ChainSettings;
  wallet: ViewWallet;
  databaseUrl: string;
}
