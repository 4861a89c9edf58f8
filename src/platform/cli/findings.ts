import { type OutputOptions, plainText, record } from './terminal/output.ts';

/** What a doctor finds, and how it is shown. */

export interface Finding {
  check: string;
  state: 'ok' | 'failed' | 'skipped';
  /** What was found. */
  detail: string;
  /** What to do about it; null where nothing is to be done. */
  advice: string | null;
}

export const ok = (check: string, detail: string, advice: string | null = null): Finding => ({
  check,
  state: 'ok',
  detail,
  advice,
});

export const failed = (check: string, detail: string, advice: string): Finding => ({
  check,
  state: 'failed',
  detail,
  advice,
});

export const skipped = (check: string, advice: string): Finding => ({
  check,
  state: 'skipped',
  detail: 'not looked at',
  advice,
});

/** 1 where something is wrong. */
export function exitCodeOf(findings: readonly Finding[]): number {
  return findings.some(({ state }) => state === 'failed') ? 1 : 0;
}

export function findingsView(findings: readonly Finding[], output: OutputOptions): string[] {
  const lines = record(
    findings.map(({ check, state, detail }) => [check, `${state}, ${detail}`]),
    output.terminal,
  );
  const advice = findings.flatMap(({ check, advice }) => (advice === null ? [] : [`- ${check}: ${plainText(advice)}`]));
  return advice.length === 0 ? lines : [...lines, '', 'What to do:', ...advice];
}
