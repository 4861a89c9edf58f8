import { Option } from 'commander';
import { addressArgument } from '#platform/cli/address-arguments.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { addressToBase58, type TariAddress } from '#tari/address.ts';
import { type Claim, ClaimError, claimText, parseClaim, verifyClaim } from '#tari/claim.ts';

/** Claims that the customer's own wallet signs, so that its key never leaves it. */

export interface WalletClaimFlags {
  address?: TariAddress;
  signature?: string;
}

export function walletAddressOption(): Option {
  return new Option(
    '--address <address>',
    'the address of a wallet that signs by itself; without --signature this prints the message that it is to sign',
  ).argParser(addressArgument);
}

export function walletSignatureOption(): Option {
  return new Option('--signature <s|R>', 'what the wallet answered when it signed the message, in quotes');
}

/**
 * The claim that a wallet has signed. Undefined where no wallet is named, and where it has yet to sign: then the message is
 * printed.
 * @throws {CommandError} where the signature is not the wallet's.
 */
export function walletClaim(
  ports: Pick<CommandPorts, 'print'>,
  orderId: string,
  { address, signature }: WalletClaimFlags,
): { isAsked: boolean; claim: Claim | undefined } {
  if (address === undefined) {
    if (signature === undefined) return { isAsked: false, claim: undefined };
    throw new CommandError('A signature needs the address of the wallet that made it: --address.', EXIT_CODES.wrongUse);
  }
  if (signature !== undefined) return { isAsked: true, claim: signedClaim(address, orderId, signature) };
  ports.print('Have the wallet sign exactly this message, without anything around it:\n');
  ports.print(claimText(address, orderId));
  ports.print('\nThen give the same command again with --signature "S|R", as the wallet shows it.');
  return { isAsked: true, claim: undefined };
}

function signedClaim(address: TariAddress, orderId: string, signature: string): Claim {
  const claim = claimOf(address, orderId, signature.trim());
  if (verifyClaim(claim).valid) return claim;
  throw new CommandError(
    `This is no signature of ${claim.address} over the message ${JSON.stringify(claimText(address, orderId))}.`,
    EXIT_CODES.wrongUse,
  );
}

function claimOf(address: TariAddress, orderId: string, signature: string): Claim {
  try {
    return parseClaim({ address: addressToBase58(address), order_id: orderId, signature });
  } catch (error) {
    if (error instanceof ClaimError) throw new CommandError(error.message, EXIT_CODES.wrongUse);
    throw error;
  }
}
