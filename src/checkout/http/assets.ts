import { readFileSync, statSync } from 'node:fs';
import { contrast, DARK_BACKGROUND, readableOn } from '#checkout/colour.ts';
import type { PayPageSettings } from '#checkout/settings.ts';
import { type Asset, makeAsset } from '#platform/http/pages/asset.ts';
import { text as style } from '../browser/page.css?browser';
import { text as script } from '../browser/page.ts?browser';

/** The page's files. */

export interface Assets {
  script: string;
  style: string;
  logo: string | null;
  byName: ReadonlyMap<string, Asset>;
}

const MAX_LOGO_BYTES = 100 * 1024;

/** @throws {Error} if the logo can't be read or is not a picture. */
export function createAssets(settings: PayPageSettings, base: string): Assets {
  const assets = {
    script: makeAsset('page', 'js', 'text/javascript; charset=utf-8', Buffer.from(script)),
    style: makeAsset('page', 'css', 'text/css; charset=utf-8', Buffer.from(`${style}${coloursOf(settings.colour)}`)),
    logo: settings.logo === null ? null : logoOf(settings.logo),
  };
  const all = Object.values(assets).filter((one) => one !== null);
  return {
    script: base + pathOf(assets.script),
    style: base + pathOf(assets.style),
    logo: assets.logo === null ? null : base + pathOf(assets.logo),
    byName: new Map(all.map((one) => [one.name, one])),
  };
}

function pathOf({ name }: Asset): string {
  return `/o/assets/${name}`;
}

/** The shop's colour, with text on it that can be read, and a lighter shade of it for dark screens. */
function coloursOf(colour: string): string {
  const dark = readableOn(DARK_BACKGROUND, colour);
  const on = (accent: string) => (contrast(accent, '#ffffff') >= contrast(accent, '#000000') ? '#fff' : '#000');
  return (
    `:root{--accent:${colour};--on-accent:${on(colour)}}` +
    `@media(prefers-color-scheme:dark){:root{--accent:${dark};--on-accent:${on(dark)}}}`
  );
}

function logoOf(path: string): Asset {
  const problem = (what: string) => new Error(`TPG_SHOP_LOGO: ${path} ${what}.`);
  let bytes: Buffer;
  try {
    if (statSync(path).size > MAX_LOGO_BYTES) throw problem(`has more than ${MAX_LOGO_BYTES / 1024} KB`);
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('TPG_SHOP_LOGO')) throw error;
    throw problem('cannot be read');
  }
  const kind = kindOf(bytes);
  if (kind === undefined) throw problem('is no PNG, JPEG, WebP or SVG');
  return makeAsset('logo', kind.ending, kind.mediaType, bytes);
}

/** Determined by the file's content rather than its name. An SVG can't run scripts within `<img>`. */
function kindOf(bytes: Buffer): { ending: string; mediaType: string } | undefined {
  const start = bytes.subarray(0, 12).toString('latin1');
  if (start.startsWith('\x89PNG')) return { ending: 'png', mediaType: 'image/png' };
  if (start.startsWith('\xff\xd8\xff')) return { ending: 'jpg', mediaType: 'image/jpeg' };
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return { ending: 'webp', mediaType: 'image/webp' };
  const isSvg = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<svg[\s>]/.test(bytes.toString('utf8'));
  return isSvg ? { ending: 'svg', mediaType: 'image/svg+xml' } : undefined;
}
