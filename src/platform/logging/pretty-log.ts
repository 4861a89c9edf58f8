import type { DestinationStream } from 'pino';
import pinoPretty from 'pino-pretty';
import { type AccessLogFields, escapeControls, formatAccessLine } from './access-log.ts';

/**
 * Formats the logger's lines for a terminal as they are written, without a thread of its own that could lose them. A
 * record `{ access: AccessLogFields }` becomes just the documented access line.
 */
export function prettyLines(destination: DestinationStream): DestinationStream {
  const prettify = pinoPretty.prettyFactory({
    colorize: false,
    ignore: 'pid,hostname',
    translateTime: "UTC:yyyy-mm-dd'T'HH:MM:ss.l'Z'",
    singleLine: true,
  });
  return {
    write(line) {
      const access = accessFieldsIn(line);
      destination.write(access === undefined ? prettify(withoutControls(line)) : `${formatAccessLine(access)}\n`);
    },
  };
}

/**
 * The record with every character escaped that could end its line or forge another. An error's stack keeps its line
 * breaks: the lines after them are indented, as the start of a record never is.
 */
function withoutControls(line: string): unknown {
  return JSON.parse(line, (name, value: unknown) => {
    if (typeof value !== 'string') return value;
    return name === 'stack' ? value.split('\n').map(escapeControls).join('\n') : escapeControls(value);
  });
}

function accessFieldsIn(line: string): AccessLogFields | undefined {
  // Most lines are not access lines, and this check saves parsing the JSON twice.
  if (!line.includes('"access":{"receivedAt"')) return undefined;
  return (JSON.parse(line) as { access?: AccessLogFields }).access;
}
