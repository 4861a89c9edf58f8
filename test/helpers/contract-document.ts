import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The description of the HTTP interface, as JSON; empty where it could not be made. */
    apiDescription: string;
  }
}

/** Makes the description once, for all files of tests. Where the server can't be made, tests without one still run. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('apiDescription', await description().catch(() => ''));
}

async function description(): Promise<string> {
  const { describeServer } = await import('../../scripts/api-document.ts');
  return JSON.stringify(await describeServer());
}
