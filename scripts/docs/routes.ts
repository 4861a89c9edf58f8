import { describeServer } from '#test/openapi-contract/described-server.ts';

/** docs/reference/routes.md: every route with who may call it and what it is for, made from the routes' own schemas. */
export async function routesDocument(): Promise<string> {
  const { tags, paths } = await describeServer();
  const rows = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const own = rows.filter(({ operation }) => operation.tags?.includes(name));
    const lines = own.map(
      ({ path, method, operation }) =>
        `| \`${method} ${path}\` | ${operation.description ?? 'Takes no access token.'} | ${operation.summary}. |`,
    );
    return `## ${name}\n\n${description}\n\n| route | access | purpose |\n| --- | --- | --- |\n${lines.join('\n')}\n`;
  });
  return `# Routes

Every route of the HTTP interface, made by \`npm run docs\` from the routes' own schemas. A running server describes itself
in full at \`/api/openapi.json\`, and shows that as a page at \`/docs\`.

${sections.join('\n')}`;
}
