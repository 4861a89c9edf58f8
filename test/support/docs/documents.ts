import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Every document for people, by its path from the root. */
export const DOCUMENTS: readonly string[] = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export function documentText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The code block behind `<!-- example: name -->` in a document, without its fences. */
export function example(path: string, name: string): string {
  const marker = `<!-- example: ${name} -->`;
  const [, behind, ...more] = documentText(path).split(marker);
  const block = /^\s*```\w*\n([\s\S]*?)\n```/.exec(behind ?? '')?.[1];
  if (block === undefined || more.length > 0) throw new Error(`${path} must hold ${marker} and a code block once`);
  return block;
}

/** The commands in a text's sh blocks, one a line, without their comments. */
export function shellCommands(text: string): string[] {
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) => block);
  return blocks
    .flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => line.replace(/(?:^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
}

// biome-ignore lint/suspicious/noExplicitAny: examples have any shape, and tests say what they expect.
export function jsonExample(path: string, name: string): any {
  return JSON.parse(example(path, name));
}

/** A request as a document shows it with curl. */
export interface CurlRequest {
  path: string;
  /** The text behind -d. */
  body: string;
}

export function curlExample(path: string, name: string): CurlRequest {
  const [, urlPath, body] =
    /^curl -s http:\/\/127\.0\.0\.1:8360(\/\S+) -H 'content-type: application\/json' -d '([^']*)'$/.exec(
      example(path, name),
    ) ?? [];
  if (urlPath === undefined || body === undefined) throw new Error(`${name} of ${path} is not a curl command as known`);
  return { path: urlPath, body };
}

/** The rows of all tables of a document, each cell without the spaces around it. */
export function tableRows(path: string): string[][] {
  return documentText(path)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}
