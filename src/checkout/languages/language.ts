import type { en } from './en.ts';

/** What the pay page says. `{name}` is a place for a value. */
export type Texts = { readonly [Key in keyof typeof en]: string };

export interface Language {
  /** As in `lang` of HTML. */
  code: string;
  /** As its speakers call it. */
  name: string;
  direction: 'ltr' | 'rtl';
  texts: Texts;
}
