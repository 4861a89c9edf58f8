import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import type { Language } from './language.ts';
import { ptBr } from './pt-br.ts';
import { tr } from './tr.ts';
import { zh } from './zh.ts';

const ENGLISH: Language = { code: 'en', name: 'English', direction: 'ltr', texts: en };

/** To add one: its file, and a line here. */
export const LANGUAGES: readonly Language[] = [
  ENGLISH,
  { code: 'de', name: 'Deutsch', direction: 'ltr', texts: de },
  { code: 'es', name: 'Español', direction: 'ltr', texts: es },
  { code: 'fr', name: 'Français', direction: 'ltr', texts: fr },
  { code: 'pt-BR', name: 'Português', direction: 'ltr', texts: ptBr },
  { code: 'tr', name: 'Türkçe', direction: 'ltr', texts: tr },
  { code: 'zh', name: '中文', direction: 'ltr', texts: zh },
];

/** Wishes in a header that are looked at: a browser sends a handful. */
const MAX_WISHES = 20;
const MAX_HEADER_LENGTH = 1_000;

/** The language that was asked for by `?lang`, else the first that the browser prefers, else the order's, else English. */
export function chooseLanguage(
  asked: string | undefined,
  acceptLanguage: string | undefined,
  ofOrder: string | null,
): Language {
  const wishes = [asked ?? '', ...preferred(acceptLanguage ?? ''), ofOrder ?? ''];
  for (const wish of wishes) {
    const found = languageOf(wish);
    if (found !== undefined) return found;
  }
  return ENGLISH;
}

/** `de-AT` is German, and `pt` Brazilian Portuguese, since we have no other. */
function languageOf(wish: string): Language | undefined {
  const code = wish.toLowerCase();
  const [base] = code.split('-');
  return (
    LANGUAGES.find((language) => language.code.toLowerCase() === code) ??
    LANGUAGES.find((language) => language.code.toLowerCase().split('-')[0] === base)
  );
}

/** The languages of an Accept-Language header, the most wanted first. */
function preferred(header: string): string[] {
  return header
    .slice(0, MAX_HEADER_LENGTH)
    .split(',')
    .slice(0, MAX_WISHES)
    .map((part) => {
      const [code = '', quality = ''] = part.split(';');
      const weight = /^\s*q=([01](?:\.\d{1,3})?)\s*$/.exec(quality)?.[1] ?? '1';
      return { code: code.trim(), weight: Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .map(({ code }) => code);
}

/** The text with values in its places. What has no value stays as it is. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : place,
  );
}
