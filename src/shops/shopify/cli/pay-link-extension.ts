import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { confirmed } from '#platform/cli/danger.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { payLinkFiles } from './pay-link-files.ts';

/** Writes the extension that links orders to their pay pages, and says how Shopify comes by it. */

export interface PayLinkExtension {
  folder: string;
  files: ReadonlyMap<string, string>;
}

/**
 * What would be written into the folder. What stands there already and is not the same is overwritten after a yes only.
 * @param folder relative to where the tool was called.
 * @throws {CommandError}
 */
export async function preparePayLink(
  ports: CommandPorts,
  { folder: named, publicUrl, yes }: { folder: string; publicUrl: string; yes: boolean | undefined },
): Promise<PayLinkExtension> {
  const folder = resolve(named);
  const found = await stat(folder).catch(() => undefined);
  if (found !== undefined && !found.isDirectory()) {
    throw new CommandError(`${folder} is no folder.`, EXIT_CODES.wrongUse);
  }
  const files = payLinkFiles(publicUrl, await uidIn(join(folder, 'shopify.extension.toml')));
  const changed: string[] = [];
  for (const [name, text] of files) {
    const former = await textOf(join(folder, name));
    if (former !== undefined && former !== text) changed.push(name);
  }
  const lines =
    changed.length === 0 ? [] : [`${folder} holds ${changed.join(', ')} already: they will be overwritten.`];
  await confirmed(ports, lines, yes);
  return { folder, files };
}

export async function writePayLink(ports: Pick<CommandPorts, 'print'>, extension: PayLinkExtension): Promise<void> {
  const { folder, files } = extension;
  for (const [name, text] of files) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  for (const line of [
    '',
    `Wrote an app extension to ${folder}. It links each order to its pay page, on the thank-you page and on the page of`,
    'the order’s status. It belongs into the folder extensions of a Shopify app; in the folder of the app:',
    '',
    '  $ shopify app deploy',
    '',
    'Then add its block to both pages in the checkout editor (Settings > Checkout > Customize).',
  ]) {
    ports.print(line);
  }
}

/** The name that Shopify's tool wrote into the configuration. Without it a second extension would come about. */
async function uidIn(path: string): Promise<string | undefined> {
  const text = await textOf(path);
  return /^uid\s*=\s*"([\w-]{1,64})"\s*$/m.exec(text ?? '')?.[1];
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CommandError(`${path} cannot be read: ${(error as Error).message}`);
  }
}
