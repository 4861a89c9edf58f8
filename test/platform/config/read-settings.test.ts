import { describe, expect, it } from 'vitest';
import { joinSettings, type SettingsPart } from '#platform/config/read-settings.ts';
import { serverSettings } from '#platform/config/server-settings.ts';
import { optional, secret, textSchema, withDefault } from '#platform/config/setting.ts';
import { wholeNumberValue } from '#platform/config/values.ts';
import { allSettings } from '#settings.ts';

const notes = { description: 'What is broken.', example: '5' };
const number = (text: string) => wholeNumberValue(text, 1, 9);

interface HouseValues {
  TPG_MAX_PANES: number;
  TPG_PANE_KEY?: number | undefined;
  TPG_HOST: string;
}

/** The settings of a context that no list knows. */
const houseSettings: SettingsPart<HouseValues> = {
  shape: {
    TPG_MAX_PANES: withDefault('House', '5', 'a whole number from 1 to 9', number, notes),
    TPG_PANE_KEY: secret('House', 'a whole number from 1 to 9', number, notes),
  },
  read: ({ TPG_MAX_PANES: max, TPG_HOST: host }) => ({ house: { max, host } }),
  rules: [
    {
      settings: ['TPG_MAX_PANES', 'TPG_PANE_KEY'],
      problem: ({ TPG_MAX_PANES: max, TPG_PANE_KEY: key }) =>
        key !== undefined && key > max ? 'TPG_PANE_KEY must be at most TPG_MAX_PANES.' : undefined,
    },
  ],
  warnings: ({ host }) => [[host === '0.0.0.0', 'The house is open to all.']],
};

describe('the settings of several contexts', () => {
  const { parse, warnings, descriptions } = joinSettings([serverSettings, houseSettings], {
    first: ['Server'],
    last: ['Database', 'Limits', 'Logging'],
  });

  it('are read together, and a context may look at those below it', () => {
    expect(parse({ TPG_HOST: '::1', TPG_MAX_PANES: ' 7 ' })).toMatchObject({
      ok: true,
      settings: { host: '::1', port: 8360, house: { max: 7, host: '::1' } },
    });
  });

  it('stand in sections, those of a context that is not named between the first and the last', () => {
    const sections = [...new Set(descriptions.map(({ group }) => group))];
    expect(sections).toEqual(['Server', 'House', 'Database', 'Limits', 'Logging']);
  });

  it('are all complained about at once, and a secret is never repeated', () => {
    expect(parse({ TPG_MAX_PANES: '70', TPG_PANE_KEY: '80', TPG_PORT: 'x' })).toEqual({
      ok: false,
      problems: [
        'TPG_PORT must be a whole number from 0 to 65535, but is "x".',
        'TPG_MAX_PANES must be a whole number from 1 to 9, but is "70".',
        'TPG_PANE_KEY must be a whole number from 1 to 9; what it is now is not shown because it may be secret.',
      ],
    });
  });

  it('are held to the rules of each context, unless one of a rule is wrong by itself', () => {
    expect(parse({ TPG_MAX_PANES: '2', TPG_PANE_KEY: '3' })).toEqual({
      ok: false,
      problems: ['TPG_PANE_KEY must be at most TPG_MAX_PANES.'],
    });
    expect(parse({ TPG_MAX_PANES: '0', TPG_PANE_KEY: '9' })).toMatchObject({ problems: [expect.anything()] });
  });

  it('are warned of by each context', () => {
    const warned = (environment: Record<string, string>) => {
      const parsed = parse(environment);
      return parsed.ok ? warnings(parsed.settings) : parsed.problems;
    };
    expect(warned({ TPG_HOST: '0.0.0.0', TPG_DATABASE_URL: 'sqlite::memory:' })).toEqual([
      'TPG_DATABASE_URL is a database in memory: all is lost when the server stops.',
      'The house is open to all.',
    ]);
    expect(warned({})).toEqual([]);
  });
});

describe('settings that must not be joined', () => {
  const portAgain = optional('House', 'a whole number', number, notes);

  it.each<[string, SettingsPart, string]>([
    ['of a name that another context has', { shape: { TPG_PORT: portAgain }, read: () => ({}) }, 'TPG_PORT'],
    [
      'without a description',
      { shape: { TPG_PANES: textSchema('a number', number) }, read: () => ({}) },
      'TPG_PANES is not described',
    ],
  ])('are those %s', (_, part, complaint) => {
    expect(() => joinSettings([serverSettings, part])).toThrow(complaint);
  });

  it('are those that two contexts read into one field', () => {
    const { parse } = joinSettings([serverSettings, { shape: {}, read: () => ({ port: 1 }) }]);
    expect(() => parse({})).toThrow('Two contexts read a setting of the same name');
  });
});

it('all settings are those of the server and of every context that has some', async () => {
  const names = (await allSettings()).descriptions.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['TPG_PORT', 'TPG_JWT_SIGNING_KEY', 'TPG_VIEW_KEY', 'TPG_SHOPIFY_SHOP', 'TPG_PLUGINS']),
  );
});
