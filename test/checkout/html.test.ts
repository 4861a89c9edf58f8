import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml, html } from '#platform/http/html.ts';

describe('html', () => {
  it('escapes every value, as text and in attributes', () => {
    const evil = `"><img src=x onerror='alert(1)'>&`;
    expect(html`<p title="${evil}">${evil}</p>`.text).toBe(
      '<p title="&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;">&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;</p>',
    );
  });

  it('leaves what it made itself, and writes nothing for what is not there', () => {
    const item = html`<li>${'<'}</li>`;
    expect(html`<ul>${[item, false, null, undefined, item]}</ul>${0}${5n}`.text).toBe(
      '<ul><li>&lt;</li><li>&lt;</li></ul>05',
    );
  });

  it('refuses a value in an attribute without quotes', () => {
    expect(() => html`<p title=${'x onclick=alert(1)'}>`).toThrow('quoted');
    expect(() => html`<meta content="0; url=${'/a'}">`).not.toThrow();
  });

  it('lets no text begin or end a tag or an attribute, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = html`<i a="${text}">${text}</i>`.text.slice('<i a="'.length, -'</i>'.length);
        expect(escaped.replace('">', '')).not.toMatch(/[<>"']/);
      }),
    );
  });

  it('is no way around by an object that looks like HTML', () => {
    const faked = JSON.parse('{"text":"<script>"}') as string;
    expect(() => html`<p>${faked}</p>`).toThrow();
    expect(escapeHtml('<script>')).toBe('&lt;script&gt;');
  });
});
