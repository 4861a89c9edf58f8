import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './config/project-root.ts';

/** The version in package.json, such as `2.0.0`. */
export function programVersion(): string {
  const { version } = JSON.parse(readFileSync(join(projectFolder(), 'package.json'), 'utf8')) as { version: string };
  return version;
}
