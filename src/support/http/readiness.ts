import { type Html, html } from '#platform/http/html.ts';
import type { ConsolePorts } from './page.ts';

/** How long an answer is kept: each look at the condition writes to the database. */
const KEPT_MS = 10_000;

/** Whether the server can do its work, as a sentence. */
export function readinessOf({ services }: ConsolePorts) {
  let kept: { sentence: Promise<Html>; at: number } | undefined;

  const look = async (): Promise<Html> => {
    const { reasons } = await services.monitoring.condition();
    if (reasons.length === 0) return html`<span class="good">● All is well</span>`;
    return html`<span class="bad">▲ ${reasons.join(' ')}</span>`;
  };

  return (now: Date): Promise<Html> => {
    if (kept === undefined || Math.abs(now.getTime() - kept.at) > KEPT_MS)
      kept = { sentence: look(), at: now.getTime() };
    return kept.sentence;
  };
}
