import { type DescribedCommand, describedCommands } from '#test/docs/described-commands.ts';

/** The markers in docs/taritools.md; the table between them is generated. */
const START = '<!-- commands:start -->';
const END = '<!-- commands:end -->';

/**
 * docs/taritools.md with a row for each command between its markers.
 * @throws {Error} if the page does not have exactly one pair of markers.
 */
export async function withCommandTable(page: string): Promise<string> {
  const [before, rest, ...more] = page.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`docs/taritools.md must hold ${START} and ${END} once`);
  }
  const rows = (await describedCommands()).map(row).join('\n');
  return `${before}${START}\n\n| command | purpose |\n| --- | --- |\n${rows}\n\n${END}${after}`;
}

function row({ name, arguments: accepted, purpose }: DescribedCommand): string {
  const typed = `${name.replace(/^taritools /, '')} ${accepted}`.trim();
  return `| \`${typed.replaceAll('|', '\\|')}\` | ${purpose.replaceAll('|', '\\|')} |`;
}

/** docs/reference/taritools.md: the help of every command. */
export async function taritoolsDocument(): Promise<string> {
  const commands = await describedCommands();
  const groups = new Map(commands.map(({ group }) => [group?.name, group]));
  const sections = [...groups].map(([name, group]) => {
    const help = commands.filter((command) => command.group?.name === name).map(helpSection);
    const title = group === undefined ? '## Single commands' : `## ${group.name}\n\n${group.purpose}.`;
    return { isLast: group === undefined, text: `${title}\n\n${help.join('\n')}` };
  });
  const ordered = [...sections.filter(({ isLast }) => !isLast), ...sections.filter(({ isLast }) => isLast)];
  return `# taritools: all commands

The help of every command, made by \`npm run docs\`. [taritools.md](../taritools.md) is the guide.

${ordered.map(({ text }) => text).join('\n')}`;
}

function helpSection({ name, help }: DescribedCommand): string {
  return `### ${name}\n\n\`\`\`text\n${help}\n\`\`\`\n`;
}
