import type { NoteView } from './views.ts';

declare module '#platform/outbox/events.ts' {
  interface Events {
    NoteAdded: { note: NoteView };
    /** The note is shown with who struck it out, when and why. */
    NoteStruck: { note: NoteView };
  }
}

export const NOTE_EVENTS = ['NoteAdded', 'NoteStruck'] as const;
