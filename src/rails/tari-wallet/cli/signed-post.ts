import type { Profile } from '#auth/cli/profile-file.ts';
import type { Signer } from '#platform/cli/api-client.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { callServer, ServerRefusal } from '#platform/cli/server-call.ts';
import { plainText } from '#platform/cli/terminal/output.ts';
import { accountOf, addressToBase58, addressToHex, type TariAddress } from '#tari/address.ts';
import { signWalletMessage } from '#tari/wallet-signature.ts';
import type { ReportQueue } from './report-queue.ts';

/** What a hot wallet tells its server: signed with its key, each with a nonce above the last. */

const REPORT_TIMEOUT_MS = 15_000;
const MOST_NONCE_TRIES = 3;

/** Who tells it. The queue has the nonces of all that this machine tells. */
export interface Teller {
  ports: CommandPorts;
  queue: Pick<ReportQueue, 'nextNonce'>;
  profile: Pick<Profile, 'server'>;
  signer: Signer;
}

export interface SignedPost {
  path: string;
  body: object;
  /** The exact JSON that is signed. */
  payload: string;
}

/** What every answer has, and more for some. */
export interface SignedAnswer {
  message: string;
  json: object;
}

/**
 * Another process may have used a higher nonce on its way: then it is told again with one above that.
 * @throws {ServerRefusal | ServerUnreachable}
 */
export async function postSigned(teller: Teller, post: SignedPost): Promise<SignedAnswer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await postOnce(teller, post);
    } catch (error) {
      const isLate = error instanceof ServerRefusal && error.code === 'wallet_nonce_not_increasing';
      if (!isLate || tries === MOST_NONCE_TRIES) throw error;
    }
  }
}

async function postOnce(
  { ports, queue, profile, signer }: Teller,
  { path, body, payload }: SignedPost,
): Promise<SignedAnswer> {
  const nonce = queue.nextNonce(accountOf(signer.address), BigInt(ports.clock.now().getTime()));
  const signature = signWalletMessage(signer.secretKey, signer.address, nonce, payload, ports.randomBytes);
  const auth = { address: addressText(signer.address), nonce, signature };
  const call = { server: profile.server, method: 'POST', path, body: { ...body, auth } } as const;
  const { json } = await callServer(ports, call, { timeoutMs: REPORT_TIMEOUT_MS });
  const isResult = typeof json === 'object' && json !== null && 'success' in json && 'message' in json;
  // Only the server's own word counts: a proxy may answer 200 to anything.
  if (!isResult || typeof json.message !== 'string') {
    throw new ServerRefusal(200, '', 'The answer is not that of a payment server.');
  }
  const message = plainText(json.message);
  if (json.success !== true) throw new ServerRefusal(409, 'not_taken', message);
  return { message, json };
}

/** A legacy address is signed in its old emoji, so it is sent as it is. */
function addressText(address: TariAddress): string {
  return address.kind === 'legacy' ? addressToHex(address) : addressToBase58(address);
}
