import { operatorActions } from '#platform/audit-log/operator-actions.ts';
import type { Opened, ServiceContext } from '#platform/module.ts';
import { noteMetrics } from './metrics.ts';
import { type NotesService, notesService } from './notes.ts';

declare module '#platform/module.ts' {
  interface Services {
    notes: NotesService;
  }
}

export type { NotesService } from './notes.ts';

export function open(context: ServiceContext): Opened<NotesService> {
  return { service: notesService(context, operatorActions(context)), metrics: noteMetrics };
}
