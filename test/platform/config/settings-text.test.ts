import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseSettingsText } from '#platform/config/settings-text.ts';

describe('the text of a settings file', () => {
  it.each([
    ['bare values', 'A=1\nB = spaced \nC=\n', { A: '1', B: 'spaced', C: '' }],
    [
      'values with signs',
      'A==b=c\nB=postgres://u:p@h/d?x=y&z\nC=$HOME\nD=it\'s "so"',
      {
        A: '=b=c',
        B: 'postgres://u:p@h/d?x=y&z',
        C: '$HOME',
        D: 'it\'s "so"',
      },
    ],
    ['quotes of three kinds', 'A="x y"\nB=\'q\'\nC=`x"y`\nD=""\n', { A: 'x y', B: 'q', C: 'x"y', D: '' }],
    [
      'comments',
      '#A=1\n  # B="\nC=a#b\nD=a #b\nE=a\t# b\nF="a#b" # c\nG=#\n',
      { C: 'a', D: 'a', E: 'a', F: 'a#b', G: '' },
    ],
    ['export, and the way of YAML', 'export A=1\nexport   B=2\nC: 3\nD:4', { A: '1', B: '2', C: '3' }],
    ['\\n in double quotes alone', 'A=a\\nb\nB="a\\nb"\nC=\'a\\nb\'', { A: 'a\\nb', B: 'a\nb', C: 'a\\nb' }],
    [
      'values of several lines',
      'A="l1\n  l2 \n#l3\nB=5"\nC=\'x\ny\'\nD=1',
      { A: 'l1\n  l2 \n#l3\nB=5', C: 'x\ny', D: '1' },
    ],
    ['a quote that is never closed', 'A="b\nB=1\nC=\'d', { A: '"b', B: '1', C: "'d" }],
    ['lines as Windows and old Macs end them', 'A=1\r\nB="2\r\n3"\r\nC=4\rD=5', { A: '1', B: '2\n3', C: '4', D: '5' }],
    ['a mark of byte order', '\uFEFFA=1\nB=2', { A: '1', B: '2' }],
    ['indented lines', '\tA=1\n  B=2\n\u00a0C=3', { A: '1', B: '2', C: '3' }],
    ['lines that set nothing', 'settings of the shop\nA=0\nA B=1\n=2\n"\nC=3', { A: '0', C: '3' }],
    ['the last of repeated names', 'A=1\nA=2\n', { A: '2' }],
    ['a line separator within a value', 'A=1\u2028B\nC=2', { A: '1\u2028B', C: '2' }],
    ['names of every object', 'constructor=1\ntoString=2', { constructor: '1', toString: '2' }],
  ])('has %s', (_, text, expected) => {
    expect({ ...parseSettingsText(text) }).toEqual(expected);
  });

  it('reaches no prototype', () => {
    const settings = parseSettingsText('__proto__=1\nA=2');
    expect(settings.A).toBe('2');
    expect(({} as Record<string, unknown>).A).toBeUndefined();
    expect(Object.getPrototypeOf(settings)).toBe(Object.prototype);
  });

  it('has all settings of .env.sample once their marks of comments are off', () => {
    const text = readFileSync(new URL('../../../.env.sample', import.meta.url), 'utf8');
    const names = [...text.matchAll(/^#(TPG_\w+)=/gm)].map(([, name]) => name);
    expect(Object.keys(parseSettingsText(text.replace(/^#(?=TPG_)/gm, ''))).sort()).toEqual([...names].sort());
    expect(names.length).toBeGreaterThan(30);
  });
});
