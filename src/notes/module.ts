import { defineModule } from '#platform/module.ts';
import { noteErrors } from './errors.ts';
import { NOTE_EVENTS } from './events.ts';

/** What operators write about orders and customers. */
export const notes = defineModule({
  name: 'notes',
  errors: noteErrors,
  events: NOTE_EVENTS,
  migrations: () => import('#migrations/notes/index.ts'),
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
  commands: {
    'admin notes': async () => (await import('./cli/notes.ts')).notesCommand,
  },
});
