import { modules } from '#modules.ts';
import { eventTypesOf } from '#platform/outbox/events.ts';

/** Those of all contexts, as the server's own bus has them. */
export const ALL_EVENT_TYPES = eventTypesOf(modules);
