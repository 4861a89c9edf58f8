import { type Asset, makeAsset } from '#platform/http/pages/asset.ts';
import { text as style } from '../browser/console.css?browser';
import { text as script } from '../browser/console.ts?browser';
import { passkeyScript } from './templates/passkey.ts';

export interface ConsoleAssets {
  /** Paths of the script and the style sheet. */
  script: string;
  style: string;
  byName: ReadonlyMap<string, Asset>;
}

/** @param base the path of the console. */
export function createAssets(base: string): ConsoleAssets {
  const scriptFile = makeAsset('console', 'js', 'text/javascript; charset=utf-8', Buffer.from(script));
  const styleFile = makeAsset('console', 'css', 'text/css; charset=utf-8', Buffer.from(style));
  return {
    script: `${base}/assets/${scriptFile.name}`,
    style: `${base}/assets/${styleFile.name}`,
    byName: new Map([scriptFile, styleFile, passkeyScript].map((asset) => [asset.name, asset])),
  };
}
