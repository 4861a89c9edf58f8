import { findOrder } from '#engine/order-lookup.ts';
import type { Change, ChangeRequest, OperatorActions } from '#platform/audit-log/operator-actions.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import type { PlatformContext } from '#platform/context.ts';
import type { Transaction } from '#platform/database/store.ts';
import { appendEvent } from '#platform/outbox/append-event.ts';
import type { Subscriptions } from '#platform/outbox/subscriptions.ts';
import { type Page, type PageRequest, readPage } from '#platform/paging.ts';
import { DomainError } from './errors.ts';
import { type Note, noteRepository, type Thread } from './store/notes.ts';
import { type NoteView, noteView } from './views.ts';

/** An order by its id or, where the mode is not strict, by its name in the shop; or a customer. */
export type About = { orderId: string } | { customerId: string };

export interface NotesContext extends PlatformContext {
  settings: Pick<Settings, 'strictMode'>;
  subscriptions: Subscriptions;
}

/** A list is answered whole where no limit is named, so a thread must not grow without end. */
export const MAX_NOTES_OF_A_THREAD = 1000;

export type NotesService = ReturnType<typeof notesService>;

/** What operators write about orders and customers. Each change is one unit of work, with a line in the audit log. */
export function notesService({ store, settings, subscriptions }: NotesContext, { perform }: OperatorActions) {
  /**
   * A note on a mistyped order id would never be read, so the order must exist. A customer has no entry before the first
   * order, so any customer id may have notes.
   */
  const threadOf = async (tx: Transaction, about: About): Promise<Thread> => {
    if ('customerId' in about) return { orderId: null, customerId: about.customerId };
    return { orderId: (await findOrder(tx, about.orderId, settings.strictMode)).orderId, customerId: null };
  };

  /** Appends the event of a change, and returns the answer with the line for the audit log. */
  const recorded = async (
    tx: Transaction,
    note: Note,
    { type, action, reason, at }: { type: 'NoteAdded' | 'NoteStruck'; action: string; reason?: string; at: Date },
  ): ReturnType<Change<NoteView>> => {
    const view = noteView(note);
    await appendEvent(tx, subscriptions, { type, subject: subjectOf(note), payload: { note: view }, at });
    return { answer: view, record: { action, subject: subjectOf(note), reason, after: view } };
  };

  return {
    /** The notes of a thread, those struck out too, oldest first unless told. @throws {DomainError} `order_not_found` */
    list: (about: About, { order = 'asc', ...request }: PageRequest<bigint>): Promise<Page<Note, bigint>> =>
      store.read(async (tx) => {
        const thread = await threadOf(tx, about);
        return readPage(
          request,
          (after, limit) => tx.use(noteRepository).page(thread, after, limit, order),
          (note) => note.id,
        );
      }),

    /** @throws {DomainError} `order_not_found`, `too_many_notes` */
    add: (request: ChangeRequest, about: About, text: string): Promise<NoteView> =>
      perform(request, async ({ tx, now }) => {
        const thread = await threadOf(tx, about);
        const repository = tx.use(noteRepository);
        if ((await repository.countOf(thread)) >= MAX_NOTES_OF_A_THREAD) {
          throw new DomainError('too_many_notes', subjectOf(thread));
        }
        const added = { author: request.actor, text, createdAt: now };
        const id = await repository.insert(thread, added);
        const note: Note = { id, ...thread, ...added, strike: null };
        return recorded(tx, note, { type: 'NoteAdded', action: 'add note', at: now });
      }),

    /**
     * Strikes out a note, which stays where it is and is shown with the reason.
     * @throws {DomainError} `note_not_found`, `note_struck_already`
     */
    strike: (request: ChangeRequest, id: bigint, reason: string): Promise<NoteView> =>
      perform(request, async ({ tx, now }) => {
        const repository = tx.use(noteRepository);
        const note = await repository.find(id);
        if (note === undefined) throw new DomainError('note_not_found', String(id));
        if (note.strike !== null) throw new DomainError('note_struck_already', String(id));
        const strike = { by: request.actor, reason, at: now };
        await repository.strike(id, strike);
        return recorded(tx, { ...note, strike }, { type: 'NoteStruck', action: 'strike out note', reason, at: now });
      }),
  };
}

/** What events and the audit log say it is about: an order by its id, as everything else about the order. */
function subjectOf({ orderId, customerId }: Pick<Note, 'orderId' | 'customerId'>): string {
  return orderId ?? `customer ${customerId}`;
}
