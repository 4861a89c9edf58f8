import type { MakePages } from '#support/http/page.ts';
import { mePages } from './me.ts';
import { peoplePages } from './people.ts';
import { signInPages } from './sign-in.ts';

/** Signing in, one's own account, and the people who work for the shop. */
export const accountPages: MakePages = (ports) => [signInPages, mePages, peoplePages].flatMap((make) => make(ports));
