import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const OWN_NAME = 'README.md';

/**
 * docs/README.md: every page of the folder by its title, with its first sentences, so that a new page is found without
 * being added to a list.
 * @throws {Error} if a page has no title, or no sentence behind it.
 */
export function pagesDocument(root: string): string {
  const names = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md') && name !== OWN_NAME);
  const lines = names.sort().map((name) => {
    const { title, sentence } = headOf(name, readFileSync(join(root, 'docs', name), 'utf8'));
    return `- [${title}](${name}): ${sentence}`;
  });
  return `# Documents

All pages of this folder, made by \`npm run docs\` from their titles and first sentences. Below it are
[reference/](reference/), [decisions/](decisions/README.md) and [internals/](internals/architecture.md).

${lines.join('\n')}
`;
}

function headOf(name: string, text: string): { title: string; sentence: string } {
  const title = /^# (.+)$/m.exec(text)?.[1];
  const paragraph = /^# .+\n+((?!#)[\s\S]+?)(?:\n\n|$)/m.exec(text)?.[1]?.replaceAll('\n', ' ');
  const sentence = /^(?:.*?[.:](?= |$)){1,2}/.exec(paragraph ?? '')?.[0];
  if (title === undefined || sentence === undefined)
    throw new Error(`docs/${name} must begin with a title and a sentence.`);
  return { title, sentence: withoutLinks(sentence).replace(/:$/, '.') };
}

/** Links of a page may stand in the middle of the sentence, and its anchors are its own. */
function withoutLinks(text: string): string {
  return text.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1');
}
