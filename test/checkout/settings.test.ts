import { describe, expect, it } from 'vitest';
import { contrast, DARK_BACKGROUND, MIN_CONTRAST, readableOn } from '#checkout/colour.ts';
import { parseSettings, warnings } from '#test/settings.ts';

const ON = { TPG_PUBLIC_URL: 'https://pay.example.com/' };

function settingsOf(environment: Record<string, string>) {
  const parsed = parseSettings(environment);
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.settings;
}

function problemsOf(environment: Record<string, string>): string[] {
  const parsed = parseSettings({ ...ON, ...environment });
  return parsed.ok ? [] : parsed.problems;
}

describe('the settings of the pay page', () => {
  it('switch it on with the public URL, and off by one of them', () => {
    expect(settingsOf({}).payPage).toBeNull();
    expect(settingsOf(ON)).toMatchObject({ publicUrl: 'https://pay.example.com', payPage: { shopName: 'The shop' } });
    expect(settingsOf({ ...ON, TPG_PAY_PAGE: 'off' }).payPage).toBeNull();
    expect(parseSettings({ TPG_PAY_PAGE: 'on' })).toMatchObject({
      problems: ['TPG_PAY_PAGE is on, so TPG_PUBLIC_URL must be set: links to the page begin with it.'],
    });
  });

  it('refuse a colour that not everybody can read, and say which would do', () => {
    const [problem = ''] = problemsOf({ TPG_SHOP_COLOUR: '#ffee00' });
    const suggested = /(#[0-9a-f]{6}) would do/.exec(problem)?.[1] ?? '';
    expect(problem).toContain('1.2:1');
    expect(problemsOf({ TPG_SHOP_COLOUR: suggested })).toEqual([]);
    expect(problemsOf({ TPG_SHOP_COLOUR: 'red' })).toHaveLength(1);
  });

  it.each(['#000000', '#4a3fd1', '#0b6e4f', '#767676', '#990000'])('make %s readable on dark screens too', (colour) => {
    expect(contrast(DARK_BACKGROUND, readableOn(DARK_BACKGROUND, colour))).toBeGreaterThanOrEqual(MIN_CONTRAST);
  });

  it.each([
    ['TPG_SHOP_URL', 'javascript:alert(1)'],
    ['TPG_SHOP_SUPPORT_URL', 'javascript:alert(1)'],
    ['TPG_SHOP_SUPPORT_URL', 'mailto:a@example.com?bcc=x@example.com'],
    ['TPG_FRAME_ANCESTORS', "https://a.example.com; script-src 'unsafe-inline'"],
    ['TPG_FRAME_ANCESTORS', '*'],
    ['TPG_FRAME_ANCESTORS', 'https://a.example.com/path'],
    ['TPG_SHOP_NAME', 'x'.repeat(81)],
    ['TPG_UNDERPAID_TOLERANCE', '50%'],
  ])('refuse %s=%s', (name, value) => {
    expect(problemsOf({ [name]: value })).toHaveLength(1);
  });

  it('warn where no order can have an address of its own, and where the page goes over plain http', () => {
    const said = (environment: Record<string, string>) => warnings(settingsOf(environment)).join('\n');
    expect(said(ON)).toContain('The pay page is on, but TPG_PAYMENT_WALLET_ADDRESS is no dual address');
    expect(said({ TPG_PUBLIC_URL: 'http://pay.example.com' })).toContain('TPG_PUBLIC_URL is not https');
    expect(said({ TPG_PUBLIC_URL: 'http://127.0.0.1:8360' })).not.toContain('not https');
  });
});
