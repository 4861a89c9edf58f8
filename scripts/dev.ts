import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** `npm run dev`: builds the server beside the real build, and runs it. `tsx watch` does that again after each change. */

const FOLDER = new URL('../node_modules/.cache/tari-payment-server/', import.meta.url);

const build = fileURLToPath(new URL('./build.ts', import.meta.url));
execFileSync(process.execPath, ['--import', 'tsx', build, '--into', fileURLToPath(FOLDER)], { stdio: 'inherit' });
await import(new URL('tari-payment-server.js', FOLDER).href);
