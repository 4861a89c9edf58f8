import { readFileSync, writeFileSync } from 'node:fs';
import { withCommands } from './taritools.ts';

const path = new URL('../../docs/taritools.md', import.meta.url);
writeFileSync(path, await withCommands(readFileSync(path, 'utf8')));
console.log('docs/taritools.md is written.');
