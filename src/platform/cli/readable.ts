import { ServerRefusal } from './server-call.ts';

/** What is read, or undefined if the roles do not allow to read it, though they allow the change. */
export async function readable<Answer>(read: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof ServerRefusal && error.status === 403) return undefined;
    throw error;
  }
}

/** Said in the place of the present state. */
export const UNREADABLE = 'How it is now can’t be read with these roles.';
