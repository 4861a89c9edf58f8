/** Colours of the pay page, and whether text in them can be read (WCAG 2.2, 1.4.3). */

/** Of text of normal size against its background. */
export const MIN_CONTRAST = 4.5;

export type Rgb = readonly [red: number, green: number, blue: number];

/** Backgrounds of the page; the style sheet has the same. */
export const LIGHT_BACKGROUND = '#ffffff';
export const DARK_BACKGROUND = '#181a20';

/** `#5b3df5` as its three parts; undefined for a text of another form. */
export function parseColour(text: string): Rgb | undefined {
  const [, red = '', green = '', blue = ''] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text) ?? [];
  return red === '' ? undefined : [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)];
}

/** The contrast of two colours, from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(text: string): number {
  const [red, green, blue] = (parseColour(text) ?? [0, 0, 0]).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const STEPS = 50;

/** The colour, mixed with black or white until text in it can be read on the background. */
export function readableOn(background: string, colour: string): string {
  const target = luminance(background) > 0.5 ? 0 : 255;
  const parts = parseColour(colour) ?? [0, 0, 0];
  for (let step = 0; step < STEPS; step += 1) {
    const mixed = parts.map((part) => Math.round(part + ((target - part) * step) / STEPS));
    const text = `#${mixed.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
    if (contrast(background, text) >= MIN_CONTRAST) return text;
  }
  return target === 0 ? '#000000' : '#ffffff';
}
