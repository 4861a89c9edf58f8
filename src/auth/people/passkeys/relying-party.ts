import { isLoopbackUrl } from '#platform/config/values.ts';

/** This server as passkeys know it: a key that was made for one host works for no other. */
export interface RelyingParty {
  /** The host name. */
  id: string;
  /** Whether a page of this origin may have asked for the passkey. */
  isOwnOrigin: (origin: string) => boolean;
}

/** The name of every loopback address to browsers, which take passkeys for none of the addresses themselves. */
const LOCALHOST = 'localhost';

/** On the machine itself any port is taken: a server for trying out often listens on one that was free. */
export function relyingPartyOf(publicUrl: string | null): RelyingParty {
  if (publicUrl === null || isLoopbackUrl(publicUrl)) {
    const isOwnOrigin = (origin: string) => URL.canParse(origin) && new URL(origin).hostname === LOCALHOST;
    return { id: LOCALHOST, isOwnOrigin };
  }
  const { hostname, origin: own } = new URL(publicUrl);
  return { id: hostname, isOwnOrigin: (origin) => origin === own };
}
