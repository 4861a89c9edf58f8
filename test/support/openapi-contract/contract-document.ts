import type { ApiDescription } from './contract.ts';

let made: Promise<ApiDescription> | undefined;

/** The description of the HTTP interface, as it is sent; made once for each process of tests. */
export function apiDescription(): Promise<ApiDescription> {
  made ??= describe();
  return made;
}

async function describe(): Promise<ApiDescription> {
  const { describeServer } = await import('../../../scripts/docs/api.ts');
  return JSON.parse(JSON.stringify(await describeServer()));
}
