import { formatTime, type OutputOptions, plainText, table } from '#platform/cli/terminal/output.ts';
import { stringifyJson } from '#platform/json.ts';
import type { DeadLetterAnswer, EventAnswer } from './answers.ts';

/** One line an event, so that they can follow each other for hours. */
export function eventLine(event: EventAnswer, output: OutputOptions): string {
  const payload = plainText(stringifyJson(event.payload));
  return `${event.id}  ${formatTime(event.created_at, output)}  ${plainText(event.type).padEnd(16)}  ${payload}`;
}

export function eventsView(events: readonly EventAnswer[], output: OutputOptions): string[] {
  if (!output.csv) return events.map((event) => eventLine(event, output));
  return table<EventAnswer>(
    [
      { title: 'Id', whole: (event) => event.id },
      { title: 'Time', time: (event) => event.created_at },
      { title: 'Type', of: (event) => event.type },
      { title: 'Payload', of: (event) => stringifyJson(event.payload) },
    ],
    events,
    output,
  );
}

export function deadLettersView(letters: readonly DeadLetterAnswer[], output: OutputOptions): string[] {
  return table<DeadLetterAnswer>(
    [
      { title: 'Event', whole: (letter) => letter.event_id },
      { title: 'Type', of: (letter) => letter.type },
      { title: 'About', of: (letter) => letter.subject },
      { title: 'For', of: (letter) => letter.subscriber },
      { title: 'Tries', whole: (letter) => letter.attempts },
      { title: 'Last error', of: (letter) => letter.last_error, canShrink: true },
      { title: 'Last try', time: (letter) => letter.updated_at },
    ],
    letters,
    output,
  );
}
