import { formatTime, type OutputOptions, record, table, titled } from '#platform/cli/terminal/output.ts';
import { inAsset } from './amounts.ts';
import type { PacketAnswer, PointerAnswer, PointerDetailAnswer, PullAnswer, PushAnswer } from './answers.ts';

type Terms = Pick<PointerAnswer, 'asset_code' | 'asset_scale'>;

/** What counts, as it is typed, and as people read it. */
const both = (units: string, asset: Terms) => `${units} (${inAsset(units, asset)})`;

export function pointersView(pointers: readonly PointerAnswer[], output: OutputOptions): string[] {
  return table<PointerAnswer>(
    [
      { title: 'Id', of: ({ id }) => id },
      { title: 'State', of: ({ state }) => state },
      { title: 'Amount', of: ({ amount }) => amount },
      { title: 'Asset', of: ({ asset_code: code, asset_scale: scale }) => `${code}/${scale}` },
      { title: 'Every', of: ({ interval }) => interval },
      { title: 'Cycle', of: ({ balance, cycles }) => `${balance.cycle} of ${cycles}` },
      { title: 'Pulled', of: ({ balance }) => balance.total },
      { title: 'Available', of: ({ balance }) => balance.available },
      { title: 'Held', of: ({ balance }) => balance.held },
      { title: 'Reference', of: ({ reference }) => reference, canShrink: true },
      { title: 'Made', time: ({ created_at: createdAt }) => createdAt },
    ],
    pointers,
    output,
  );
}

export function pointerView(answer: PointerAnswer, output: OutputOptions): string[] {
  return record(pointerLines(answer, output), output.terminal);
}

export function pointerDetailView(answer: PointerDetailAnswer, output: OutputOptions): string[] {
  const unknown = answer.unknown_packets;
  return [
    ...record([...pointerLines(answer, output), ['Unknown packets', String(unknown)]], output.terminal),
    '',
    ...titled('Terms', revisionsView(answer.revisions, output), output),
  ];
}

type Line = readonly [title: string, text: string | null | undefined];

function pointerLines(answer: PointerAnswer, output: OutputOptions): Line[] {
  const { balance } = answer;
  const time = (given: string | null) => (given === null ? null : formatTime(given, output));
  return [
    ['Id', answer.id],
    ['Pointer', answer.pointer],
    ['State', answer.state],
    ['Amount', both(answer.amount, answer)],
    ['Every', answer.interval],
    ['Cycle', `${balance.cycle} of ${answer.cycles}`],
    ['Lost if not pulled', answer.cap ? 'yes' : 'no'],
    ['Pulled', both(balance.total, answer)],
    ['In this interval', both(balance.interval, answer)],
    ['Available', both(balance.available, answer)],
    ['Held', both(balance.held, answer)],
    ['Why nothing', balance.obstacle],
    ['Interval ends', time(balance.interval_ends_at)],
    ['Starts', time(answer.start)],
    ['Expires', time(answer.expiry)],
    ['Most of one pull', answer.max_pull === null ? null : both(answer.max_pull, answer)],
    ['Webhook', answer.webhook],
    ['Description', answer.description],
    ['Reference', answer.reference],
    ['Made', time(answer.created_at)],
    ['By a token', answer.source === 'token' ? 'yes' : 'no'],
  ];
}

function revisionsView(revisions: PointerDetailAnswer['revisions'], output: OutputOptions): string[] {
  return table<PointerDetailAnswer['revisions'][number]>(
    [
      { title: 'Revision', whole: ({ revision }) => revision },
      { title: 'Since', time: ({ since }) => since },
      { title: 'Amount', of: (terms) => both(terms.amount, terms) },
      { title: 'Every', of: ({ interval }) => interval },
      { title: 'Cycles', whole: ({ cycles }) => cycles },
      { title: 'Cap', of: ({ cap }) => (cap ? 'yes' : 'no') },
      { title: 'By', of: ({ by }) => by, canShrink: true },
      { title: 'Because', of: ({ reason }) => reason, canShrink: true },
    ],
    revisions,
    output,
  );
}

export function pullsView(pulls: readonly PullAnswer[], output: OutputOptions): string[] {
  return table<PullAnswer>(
    [
      { title: 'Pull', of: ({ id }) => id },
      { title: 'Began', time: ({ started_at: startedAt }) => startedAt },
      { title: 'Ended', time: ({ ended_at: endedAt }) => endedAt },
      { title: 'Sent', of: ({ sent }) => sent },
      { title: 'Asset', of: ({ asset_code: code, asset_scale: scale }) => `${code}/${scale}` },
      { title: 'Of the agreement', of: ({ debit }) => debit },
      { title: 'Held', of: ({ held }) => held },
    ],
    pulls,
    output,
  );
}

export function packetsView(packets: readonly PacketAnswer[], output: OutputOptions): string[] {
  return table<PacketAnswer>(
    [
      { title: 'Number', whole: ({ id }) => id },
      { title: 'State', of: ({ state }) => state },
      { title: 'Units', of: ({ amount }) => amount },
      { title: 'Of the agreement', of: ({ debit }) => debit },
      { title: 'Cycle', whole: ({ cycle }) => cycle },
      { title: 'Sent', time: ({ sent_at: sentAt }) => sentAt },
      { title: 'Settled', time: ({ settled_at: settledAt }) => settledAt },
      { title: 'Code', of: ({ reject_code: code }) => code },
      { title: 'Pointer', of: ({ pull_pointer_id: id }) => id, canShrink: true },
      { title: 'Resolved by', of: ({ resolved_by: by }) => by, canShrink: true },
    ],
    packets,
    output,
  );
}

export function pushesView(pushes: readonly PushAnswer[], output: OutputOptions): string[] {
  return table<PushAnswer>(
    [
      { title: 'Push', of: ({ id }) => id },
      { title: 'Units', of: ({ amount }) => amount },
      { title: 'Amount', of: (push) => inAsset(push.amount, push) },
      { title: 'Packets', whole: ({ packets }) => packets },
      { title: 'Began', time: ({ started_at: startedAt }) => startedAt },
      { title: 'Last', time: ({ updated_at: updatedAt }) => updatedAt },
    ],
    pushes,
    output,
  );
}
