import type { Logger } from '#platform/logging/logger.ts';

export interface RecordedLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  fields: Record<string, unknown>;
  sentence: string;
}

export interface RecordingLog extends Logger {
  readonly lines: RecordedLine[];
}

export function recordingLog(): RecordingLog {
  const lines: RecordedLine[] = [];
  const at = (level: RecordedLine['level']) => (fields: object, sentence: string) =>
    void lines.push({ level, fields: fields as Record<string, unknown>, sentence });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
