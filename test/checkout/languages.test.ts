import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { en } from '#checkout/languages/en.ts';
import { chooseLanguage, fill, LANGUAGES } from '#checkout/languages/texts.ts';

const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe('the languages of the pay page', () => {
  it.each(LANGUAGES)('$name is complete: every text, with the same places for values', ({ texts }) => {
    expect(Object.keys(texts)).toEqual(Object.keys(en));
    for (const [key, text] of Object.entries(texts)) {
      expect(text.trim(), key).not.toBe('');
      expect(places(text), key).toEqual(places(en[key as keyof typeof en]));
    }
  });

  it.each(LANGUAGES.filter(({ code }) => code !== 'en'))('$name says nothing in English', ({ texts }) => {
    const same = Object.entries(texts).filter(([key, text]) => text === en[key as keyof typeof en]);
    // Some words are the same in two languages; a whole sentence never is.
    expect(same.filter(([key, text]) => text.split(' ').length > 3 && key !== 'pageTitle')).toEqual([]);
  });

  it('are seven', () => {
    expect(LANGUAGES.map(({ code }) => code)).toEqual(['en', 'de', 'es', 'fr', 'pt-BR', 'tr', 'zh']);
  });

  it.each([
    ['de', 'fr', null, 'de'],
    [undefined, 'fr-CH, fr;q=0.9, en;q=0.8', 'tr', 'fr'],
    [undefined, 'en;q=0.1, tr;q=0.9', null, 'tr'],
    [undefined, 'ja, pt', null, 'pt-BR'],
    [undefined, 'ja', 'zh-Hans', 'zh'],
    [undefined, undefined, 'es-MX', 'es'],
    [undefined, 'de;q=0, ja', null, 'en'],
    ['xx', undefined, null, 'en'],
    [undefined, `${'x'.repeat(100_000)}, de`, null, 'en'],
  ])('of ?lang=%s, Accept-Language %s and the order’s %s chooses %s', (asked, accepted, ofOrder, chosen) => {
    expect(chooseLanguage(asked, accepted, ofOrder).code).toBe(chosen);
  });

  it('puts values only into places, once', () => {
    expect(fill('{a} and {b}', { a: '{b}', b: 'x' })).toBe('{b} and x');
    expect(fill('{toString}', {})).toBe('{toString}');
  });

  it('can be written from right to left: the style sheet knows no left and no right', () => {
    const style = readFileSync(new URL('../../src/checkout/browser/page.css', import.meta.url), 'utf8');
    expect(style).not.toMatch(
      /(?:margin|padding|border)-(?:left|right)|(?:^|\s)(?:left|right):|text-align: (?:left|right)|float/m,
    );
  });
});
