import { configurationRequest, readConfiguration } from '#interledger/ildcp.ts';
import { isAddress, isPayable, MAX_ADDRESS_LENGTH } from '#interledger/ilp/address.ts';
import type { OwnNode } from './uplink.ts';

/** What an address has behind ours: a token with a receipt in it, or one with an agreement's id; and some room. */
const ROOM_FOR_TOKENS = 128;

/** How long the parent has to say who we are. */
const CONFIGURATION_MS = 30_000;

/** The uplink can't be used as it is; the sentence is for operators and names no secret. */
export class UplinkProblem extends Error {
  override readonly name = 'UplinkProblem';
}

/** Asks the parent who we are (RFC 0031). Throws UplinkProblem, PacketError, or what `send` throws. */
export async function askWhoWeAre(
  send: (prepare: Uint8Array, expiresAtMs: number) => Promise<Uint8Array>,
  nowMs: number,
): Promise<OwnNode> {
  const expiresAtMs = nowMs + CONFIGURATION_MS;
  const reply = await send(configurationRequest(expiresAtMs), expiresAtMs);
  const { address, assetCode, assetScale } = readConfiguration(reply);
  return checkedNode({ address, asset: { code: assetCode, scale: assetScale } });
}

/** The node, if credentials can be given out below its address. */
export function checkedNode(node: OwnNode): OwnNode {
  const { address } = node;
  if (!isAddress(address) || !isPayable(address) || address.length > MAX_ADDRESS_LENGTH - ROOM_FOR_TOKENS) {
    throw new UplinkProblem('Our address on Interledger is no address that payments can be made to.');
  }
  return node;
}
