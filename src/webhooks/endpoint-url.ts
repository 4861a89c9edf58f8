import { namesPrivateAddress } from '#platform/outgoing-post/public-lookup.ts';
import { DomainError } from './errors.ts';
import { MAX_URL_LENGTH } from './limits.ts';

/**
 * Reads the URL of an endpoint. A name in it is checked when it is connected to, since it may mean another address then.
 * @param allowPrivate whether it may be in a network that is not public, and without encryption.
 * @throws {DomainError} `webhook_url_refused`
 */
export function readEndpointUrl(text: string, allowPrivate: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.href.length > MAX_URL_LENGTH) throw refused('is none that can be called');
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')) throw refused('must begin with https:');
  if (url.username !== '' || url.password !== '') throw refused('must hold no user and no password');
  if (text.includes('#')) throw refused('must hold no fragment');
  if (!allowPrivate && namesPrivateAddress(url)) {
    throw refused('names an address that is not public, which TPG_WEBHOOKS_ALLOW_PRIVATE does not allow');
  }
  return url;
}

function refused(why: string): DomainError {
  return new DomainError('webhook_url_refused', why);
}
