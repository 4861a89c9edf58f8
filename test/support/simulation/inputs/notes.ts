import type { NoteView } from '#notes/views.ts';
import type { ContextInputs } from '#test/simulation/contexts.ts';
import { OPERATOR, type Paper, Refusal } from '#test/simulation/model/reference-model.ts';
import type { Words } from '#test/simulation/rows/row-text.ts';
import { timeText } from '#test/simulation/timestamps.ts';
import { CUSTOMERS, type World } from '#test/simulation/world.ts';
import { type Change, changeAmong, inEachWay } from './change.ts';
import { anOrderName } from './wallet.ts';

/** Operators' notes. A note is on an order that is known or on any customer, and is struck out at most once. */

interface PaperNote {
  orderId: string | null;
  customerId: string | null;
  text: string;
  createdAt: number;
  struckAt: number | null;
}

const REASON = 'it was another';

/** Those of each paper, in the order of their ids. */
const notesOfPapers = new WeakMap<Paper, PaperNote[]>();

function notesOf(paper: Paper): PaperNote[] {
  const notes = notesOfPapers.get(paper) ?? [];
  notesOfPapers.set(paper, notes);
  return notes;
}

function add(world: World): Change {
  const { random, paper } = world;
  const text = world.newName('note ');
  const about = random.chance(0.7) ? { orderId: anOrderName(world) } : { customerId: random.pick(CUSTOMERS) };
  return {
    kind: 'orderId' in about ? 'note on an order' : 'note on a customer',
    about: `${text} ${Object.values(about).join()}`,
    async run({ engine }, by) {
      const answer = await engine.notes.add(by, about, text);
      return { answer, words: wordsOf(answer) };
    },
    enter() {
      const orderId = 'orderId' in about ? paper.find(about.orderId).orderId : null;
      const customerId = 'customerId' in about ? about.customerId : null;
      notesOf(paper).push({ orderId, customerId, text, createdAt: paper.now, struckAt: null });
      return told(paper, notesOf(paper).length, 'NoteAdded', 'add note');
    },
  };
}

function strike({ random, paper }: World): Change {
  // Mostly a late one, that may still stand; at times one that is not there.
  const count = notesOf(paper).length;
  const id = random.chance(0.9) ? Math.max(1, count - random.between(0, 4)) : count + 3;
  return {
    kind: 'note struck out',
    about: `${id}`,
    async run({ engine }, by) {
      const answer = await engine.notes.strike(by, BigInt(id), REASON);
      return { answer, words: wordsOf(answer) };
    },
    enter() {
      const note = notesOf(paper)[id - 1];
      if (note === undefined) throw new Refusal('note_not_found');
      if (note.struckAt !== null) throw new Refusal('note_struck_already');
      note.struckAt = paper.now;
      return told(paper, id, 'NoteStruck', 'strike out note');
    },
  };
}

/** The event and the line of the audit log. Answers in words. */
function told(paper: Paper, id: number, type: string, action: string): string {
  const note = notesOf(paper)[id - 1];
  if (note === undefined) throw new Error(`There is no note ${id} on paper`);
  const struckAt = note.struckAt === null ? null : timeText(note.struckAt);
  const view = {
    id,
    order_id: note.orderId,
    customer_id: note.customerId,
    author: OPERATOR,
    text: note.text,
    created_at: timeText(note.createdAt),
    struck_at: struckAt,
    struck_by: struckAt && OPERATOR,
    strike_reason: struckAt && REASON,
  };
  const subject = note.orderId ?? `customer ${note.customerId}`;
  paper.append(type, subject, JSON.stringify({ note: view }));
  paper.record(action, subject);
  return `note ${id}`;
}

function wordsOf({ id }: NoteView): string {
  return `note ${id}`;
}

export const context: ContextInputs = {
  inputs: [[4, changeAmong([add, add, strike])]],
  expected: ['note on an order', 'note on a customer', 'note struck out'].flatMap(inEachWay),
  tables: {
    notes: {
      text: ({ time }: Words) =>
        `id||'|'||coalesce(order_id,'-')||'|'||coalesce(customer_id,'-')||'|'||author||'|'||text||'|'||${time('created_at')}`,
      expected: (paper) =>
        notesOf(paper)
          .map(
            ({ orderId, customerId, text, createdAt }, index) =>
              `${index + 1}|${orderId ?? '-'}|${customerId ?? '-'}|${OPERATOR}|${text}|${timeText(createdAt)}`,
          )
          .join('\n'),
    },
    note_strikes: {
      text: ({ time }: Words) => `note_id||'|'||actor||'|'||reason||'|'||${time('created_at')}`,
      expected: (paper) =>
        notesOf(paper)
          .flatMap(({ struckAt }, index) =>
            struckAt === null ? [] : `${index + 1}|${OPERATOR}|${REASON}|${timeText(struckAt)}`,
          )
          .join('\n'),
    },
  },
};
