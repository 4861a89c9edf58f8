import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { documentText, example, jsonExample } from '#test/docs/documents.ts';
import { settingDescriptions } from '#test/settings.ts';

/** What docs/pull-payments.md shows. */

const PAGE = 'docs/pull-payments.md';

describe('the page about pull payments', () => {
  it('shows a check of signatures that knows ours, and no other', async () => {
    const code = `data:text/javascript,${encodeURIComponent(example(PAGE, 'webhook check'))}`;
    const { isFromServer } = await import(/* @vite-ignore */ code);
    const body = JSON.stringify(jsonExample(PAGE, 'webhook'));
    const signed = `sha256=${createHmac('sha256', 'token').update(body).digest('hex')}`;
    expect(isFromServer({ 'webhook-signature': signed }, body, 'token')).toBe(true);
    expect(isFromServer({ 'webhook-signature': signed }, `${body} `, 'token')).toBe(false);
    expect(isFromServer({ 'webhook-signature': signed }, body, 'another')).toBe(false);
    expect(isFromServer({ 'webhook-signature': signed.slice(0, -1) }, body, 'token')).toBe(false);
    expect(isFromServer({}, body, 'token')).toBe(false);
  });

  it('shows the body of a webhook with the keys of the original first', () => {
    const keys = Object.keys(jsonExample(PAGE, 'webhook'));
    expect(keys.slice(0, 3)).toEqual(['balanceTotal', 'balanceInterval', 'pointer']);
  });

  it('or the reference names every setting', () => {
    const text = documentText(PAGE) + documentText('docs/reference/settings.md');
    for (const { name } of settingDescriptions) expect(text).toContain(name);
  });
});
