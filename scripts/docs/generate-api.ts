import { writeFileSync } from 'node:fs';
import { apiDocument } from './api.ts';

writeFileSync(new URL('../../docs/api.md', import.meta.url), await apiDocument());
console.log('docs/api.md is written.');
