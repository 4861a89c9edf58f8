import { type Html, html } from '#platform/http/html.ts';

/** Small charts as SVG. Each stands above or beside a table with the same figures, which is read out in its place. */

export interface Bar {
  label: string;
  value: number;
}

const WIDTH = 420;
const HEIGHT = 120;
const LABEL_HEIGHT = 18;

/** @param title says what the bars are. */
export function barChart(bars: readonly Bar[], title: string): Html {
  const highest = Math.max(1, ...bars.map(({ value }) => value));
  const step = WIDTH / Math.max(1, bars.length);
  const room = HEIGHT - LABEL_HEIGHT;
  const shapes = bars.map(({ label, value }, index) => {
    const height = Math.round((value / highest) * (room - 4));
    const x = Math.round(index * step + step * 0.15);
    return html`<rect x="${x}" y="${room - height}" width="${Math.round(step * 0.7)}" height="${Math.max(height, 1)}" rx="2" fill="currentColor"/><text x="${Math.round(index * step + step / 2)}" y="${HEIGHT - 4}" font-size="12" text-anchor="middle">${label}</text>`;
  });
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">${shapes}</svg>`;
}

/** A line over values in their order. */
export function lineChart(values: readonly number[], title: string): Html | false {
  if (values.length < 2) return false;
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const span = highest - lowest || 1;
  const points = values.map((value, index) => {
    const x = (index / (values.length - 1)) * WIDTH;
    const y = HEIGHT - 6 - ((value - lowest) / span) * (HEIGHT - 12);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}"><polyline points="${points.join(' ')}" fill="none" stroke="currentColor" stroke-width="2"/></svg>`;
}
