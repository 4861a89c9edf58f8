import { bufferOf, NOTHING } from './bytes.ts';
import { isAddress, isPayable, MAX_ADDRESS_LENGTH } from './ilp/address.ts';
import { HASH_BYTES, readReply, writePrepare } from './ilp/packet.ts';
import { OerReader } from './oer/reader.ts';
import { PacketError } from './packet-error.ts';

/** How a node asks its parent for its own address and asset (RFC 0031, Interledger Dynamic Configuration Protocol). */

const DESTINATION = 'peer.config';

/** SHA-256 of the fulfillment of all answers, which is 32 zero bytes (RFC 0031, Packet). */
const CONDITION = Buffer.from('Zmh6rfhivXdsj8GLjp+OIAiXFIVu4jOzkCpZHQ1fKSU=', 'base64');

/** Longest asset code, in bytes: far above any that is in use. */
const MAX_ASSET_CODE_BYTES = 255;

/** What the parent says that this node is. */
export interface NodeConfiguration {
  address: string;
  assetCode: string;
  /** Digits behind the point of the asset's units, 0 to 255. */
  assetScale: number;
}

/** The request: a Prepare without money. */
export function configurationRequest(expiresAtMs: number): Buffer {
  return writePrepare({ amount: 0n, expiresAtMs, condition: CONDITION, destination: DESTINATION, data: NOTHING });
}

/** Reads the parent's answer. Throws PacketError, also if the parent refuses. */
export function readConfiguration(reply: Uint8Array): NodeConfiguration {
  const packet = readReply(reply);
  if (packet.type === 'reject') {
    throw new PacketError('wrong_type', `The parent refuses to give a configuration: ${packet.code}.`);
  }
  if (!bufferOf(packet.fulfillment).equals(Buffer.alloc(HASH_BYTES))) {
    throw new PacketError('malformed', 'The fulfillment of a configuration is not all zero.');
  }
  const fields = new OerReader(packet.data);
  const address = fields.varAscii(MAX_ADDRESS_LENGTH);
  if (!isAddress(address) || !isPayable(address)) {
    throw new PacketError('malformed', 'The parent gives an address that packets can not be sent to.');
  }
  const assetScale = fields.uint8();
  const assetCode = fields.varUtf8(MAX_ASSET_CODE_BYTES);
  return { address, assetCode, assetScale };
}
