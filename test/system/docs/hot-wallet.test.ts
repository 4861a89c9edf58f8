import { afterAll, describe, expect, it } from 'vitest';
import { parseSettingsText } from '#platform/config/settings-text.ts';
import { Home } from '#test/cli/tool.ts';
import { example } from '#test/docs/documents.ts';
import { parseSettings } from '#test/settings.ts';

const PAGE = 'docs/hot-wallet.md';

describe(PAGE, () => {
  const home = new Home();
  afterAll(() => home.remove());

  it('shows the settings that the tool makes of the keys that are shown', async () => {
    const nodes = ['--nodes', 'https://rpc.tari.com,http://127.0.0.1:9000'];
    const printed = await home.text(['wallet', 'keys', ...nodes], { input: example(PAGE, 'exported-keys') });
    expect(example(PAGE, 'watching-settings')).toBe(printed.trim());
  });

  it('shows settings that the server watches the chain with', () => {
    const parsed = parseSettings(parseSettingsText(example(PAGE, 'watching-settings')));
    expect(parsed).toMatchObject({
      ok: true,
      settings: { chain: { network: 'mainnet', nodes: ['https://rpc.tari.com', 'http://127.0.0.1:9000'] } },
    });
  });
});
