import type { DestinationStream } from 'pino';
import pinoPretty from 'pino-pretty';
import { type AccessLogFields, escapeControls, formatAccessLine } from './access-log.ts';

/**
 * Turns the logger's lines into lines for people as they are written, without a thread of its own to lose them in. A
 * record `{ access: AccessLogFields }` becomes the documented access line and nothing else.
 */
export function linesForPeople(destination: DestinationStream): DestinationStream {
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
 * The record with whatever could end its line, or forge another, escaped. An error's stack keeps its line breaks: what
 * follows them is indented, as the beginning of no record is.
 */
function withoutControls(line: string): unknown {
  return JSON.parse(line, (name, value: unknown) => {
    if (typeof value !== 'string') return value;
    return name === 'stack' ? value.split('\n').map(escapeControls).join('\n') : escapeControls(value);
  });
}

function accessFieldsIn(line: string): AccessLogFields | undefined {
  // Most lines are no access lines, and this tells so without reading the JSON twice.
  if (!line.includes('"access":{"receivedAt"')) return undefined;
  return (JSON.parse(line) as { access?: AccessLogFields }).access;
}
