import { describe, expect, it } from 'vitest';
import { isStorable, isStorableTime, storableJson, storableText } from '#platform/storable-text.ts';

describe('what every database keeps', () => {
  it.each([
    ['plain', true],
    ['😀', true],
    ['', true],
    ['a\0', false],
    ['\ud83d', false],
    ['\ude00\ud83d', false],
  ])('%j', (text, isFine) => {
    expect(isStorable(text)).toBe(isFine);
    expect(isStorable(storableText(text))).toBe(true);
    expect(storableText(text) === text).toBe(isFine);
  });

  it.each([
    ['{"a":"x"}', '{"a":"x"}'],
    [String.raw`"\ud83d\ude00"`, String.raw`"\ud83d\ude00"`],
    [String.raw`"\uD83D"`, String.raw`"\ufffd"`],
    [String.raw`"\ude00\ud83d"`, String.raw`"\ufffd\ufffd"`],
    [String.raw`"\ud83d\ud83d\ude00"`, String.raw`"\ufffd\ud83d\ude00"`],
    [String.raw`"\u0000\u00001"`, String.raw`"\ufffd\ufffd1"`],
    [String.raw`"\\ud800 \\\ud800 \\\\u0000"`, String.raw`"\\ud800 \\\ufffd \\\\u0000"`],
  ])('JSON %s', (json, kept) => {
    expect(storableJson(json)).toBe(kept);
    expect(() => JSON.parse(kept)).not.toThrow();
  });

  it('times of the years 1 to 9999', () => {
    for (const time of ['0001-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z']) {
      expect(isStorableTime(new Date(time))).toBe(true);
    }
    for (const time of ['0000-12-31T23:59:59.999Z', '9999-12-31T23:59:59-00:01', '-000001-01-01T00:00:00Z', 'never']) {
      expect(isStorableTime(new Date(time))).toBe(false);
    }
  });
});
