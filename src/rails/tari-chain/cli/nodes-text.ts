import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import { nodesSetting } from '#rails/tari-chain/settings.ts';
import type { Network } from '#tari/address.ts';

/** Public base nodes that are known to be there. Other networks have theirs, which their users know. */
export const PUBLIC_NODES: Readonly<Partial<Record<Network, string>>> = { mainnet: 'https://rpc.tari.com' };

/** The list of nodes as the setting holds it. @throws {CommandError} if the server would not take it. */
export function nodesText(text: string): string {
  const read = nodesSetting.safeParse(text);
  if (read.success && read.data !== undefined) return read.data.join(', ');
  throw new CommandError(
    `The nodes must be ${read.error?.issues[0]?.message ?? 'a list of URLs'}.`,
    EXIT_CODES.wrongUse,
  );
}
