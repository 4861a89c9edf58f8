import { encode } from 'uqr';
import { escapeHtml, Html } from '#platform/http/html.ts';

/** The white border around a code in modules, as the standard requires, even on a dark page. */
const QUIET_ZONE = 4;

/**
 * Any mask is readable. Trying all eight takes ten times as long as the rest of a page, and only helps for data with
 * regular patterns, which an address does not have.
 */
const MASK = 0;

/** A QR code as SVG: one path, each run of dark modules a rectangle. Level M tolerates a scratched screen. */
export function qrCode(text: string, label: string): Html {
  const { data } = encode(text, { ecc: 'M', border: 0, boostEcc: false, maskPattern: MASK });
  const size = data.length + 2 * QUIET_ZONE;
  let path = '';
  for (const [y, row] of data.entries()) {
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue;
      let end = x;
      while (row[end]) end += 1;
      path += `M${x + QUIET_ZONE} ${y + QUIET_ZONE}h${end - x}v1h${x - end}z`;
      x = end;
    }
  }
  return new Html(
    `<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="${escapeHtml(label)}" shape-rendering="crispEdges">` +
      `<rect width="${size}" height="${size}" fill="#fff"/><path d="${path}" fill="#000"/></svg>`,
  );
}
