import { formatTime, type OutputOptions, record, table } from '#platform/cli/terminal/output.ts';
import type {
  AttemptAnswer,
  EndpointAnswer,
  EndpointInFullAnswer,
  EndpointWithSecretAnswer,
  ResentAnswer,
} from './answers.ts';

export function endpointsView(endpoints: readonly EndpointAnswer[], output: OutputOptions): string[] {
  return table<EndpointAnswer>(
    [
      { title: 'Number', whole: ({ id }) => id },
      { title: 'State', of: ({ state }) => state, isStatus: true },
      { title: 'URL', of: ({ url }) => url, canShrink: true },
      { title: 'Description', of: ({ description }) => description, canShrink: true },
      { title: 'Events', of: typesText, canShrink: true },
      { title: 'Delivered', whole: ({ delivered }) => delivered },
      { title: 'Failed', whole: ({ failed }) => failed },
      { title: 'Failing since', time: ({ failing_since: since }) => since },
    ],
    endpoints,
    output,
  );
}

export function endpointView(endpoint: EndpointAnswer, output: OutputOptions): string[] {
  return record(rowsOf(endpoint, output), output.terminal);
}

export function endpointInFullView(endpoint: EndpointInFullAnswer, output: OutputOptions): string[] {
  const oldest = endpoint.oldest_waiting_at;
  return record(
    [
      ...rowsOf(endpoint, output),
      ['Waiting', String(endpoint.pending)],
      ['Waiting since', oldest && formatTime(oldest, output)],
      ['Dead letters', String(endpoint.dead_letters)],
    ],
    output.terminal,
  );
}

/** The secret stands last, where it is found. */
export function endpointWithSecretView(endpoint: EndpointWithSecretAnswer, output: OutputOptions): string[] {
  const secret = endpoint.secret ?? 'shown no more: make another with rotate-secret';
  return record([...rowsOf(endpoint, output), ['Secret, shown once', secret]], output.terminal);
}

function rowsOf(endpoint: EndpointAnswer, output: OutputOptions): [string, string | null][] {
  const { pause_reason: reason, failing_since: failing, previous_secret_until: until } = endpoint;
  return [
    ['Number', String(endpoint.id)],
    ['URL', endpoint.url],
    ['Description', endpoint.description],
    ['Events', typesText(endpoint)],
    ['State', endpoint.state],
    ...(reason === null ? [] : ([['Because', reason]] as [string, string][])),
    ['Delivered', String(endpoint.delivered)],
    ['Failed', String(endpoint.failed)],
    ['Failing since', failing && formatTime(failing, output)],
    ['Secret of', formatTime(endpoint.secret_created_at, output)],
    ['Previous secret until', until && formatTime(until, output)],
    ['Added', formatTime(endpoint.created_at, output)],
    ['By', endpoint.created_by],
  ];
}

function typesText({ event_types: types }: EndpointAnswer): string {
  return types === null ? 'all' : types.join(', ');
}

export function attemptsView(attempts: readonly AttemptAnswer[], output: OutputOptions): string[] {
  return table<AttemptAnswer>(
    [
      { title: 'Time', time: (attempt) => attempt.attempted_at },
      { title: 'Event', whole: (attempt) => attempt.event_id },
      { title: 'Type', of: (attempt) => attempt.event_type },
      { title: 'Status', whole: (attempt) => attempt.status },
      { title: 'ms', whole: (attempt) => attempt.duration_ms },
      { title: 'Error', of: (attempt) => attempt.error, canShrink: true },
      { title: 'Answer', of: (attempt) => attempt.answer, canShrink: true },
    ],
    attempts,
    output,
  );
}

export function attemptView(attempt: AttemptAnswer, output: OutputOptions): string[] {
  return record(
    [
      ['Time', formatTime(attempt.attempted_at, output)],
      ['Message', attempt.message_id],
      ['Status', attempt.status === null ? null : String(attempt.status)],
      ['Took', `${attempt.duration_ms} ms`],
      ['Error', attempt.error],
      ['Answer', attempt.answer],
    ],
    output.terminal,
  );
}

export function resentView({ event_id: id }: ResentAnswer): string[] {
  return [`Event ${id} is delivered again.`];
}
