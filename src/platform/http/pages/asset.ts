import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** A file of a page, with a hash of its content in its name, so that browsers may cache it indefinitely. */
export interface Asset {
  name: string;
  mediaType: string;
  bytes: Buffer;
  /** Undefined if compression would save nothing. */
  gzipped: Buffer | undefined;
}

const YEAR_SECONDS = 31_536_000;

/** The `cache-control` of assets. */
export const ASSET_CACHING = `public, max-age=${YEAR_SECONDS}, immutable`;

export function makeAsset(name: string, ending: string, mediaType: string, bytes: Buffer): Asset {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const gzipped = gzipSync(bytes, { level: 9 });
  return {
    name: `${name}-${hash}.${ending}`,
    mediaType,
    bytes,
    gzipped: gzipped.length < bytes.length ? gzipped : undefined,
  };
}
