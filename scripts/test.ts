import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * `npm test`: builds, and then runs the compiler, the linter and the check of generated documents
 * beside the tests. Arguments are those of vitest:
 * `npm test -- test/engine`. Exit code 0 says that all of them are content.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Step {
  name: string;
  child: ChildProcess;
  /** What it printed; empty where it prints by itself. */
  output: () => string;
}

/** @param shown whether it has the terminal; else its output is kept until it ends. */
function start(name: string, command: string[], shown: boolean): Step {
  const [program = '', ...arguments_] = command;
  const stdio = shown ? 'inherit' : ('pipe' as const);
  const child = spawn(program, arguments_, { cwd: ROOT, stdio: ['inherit', stdio, stdio] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return { name, child, output: () => output };
}

/** Whether the step ended with 0. */
async function isDone({ name, child, output }: Step): Promise<boolean> {
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return true;
  if (output() !== '') console.error(`\n${name}:\n${output()}`);
  console.error(`${name} failed.`);
  return false;
}

const npm = (script: string) => ['npm', 'run', '-s', script];

async function main(): Promise<boolean> {
  // Tests of processes start what is built.
  if (!(await isDone(start('The build', npm('build'), false)))) return false;
  const tests = start('Some test', ['npx', 'vitest', 'run', ...process.argv.slice(2)], true);
  const others = [
    start('The compiler', npm('check'), false),
    start('The linter', npm('lint'), false),
    start('The check of the documents', [...npm('docs'), '--', '--check'], false),
  ];
  const results = await Promise.all([isDone(tests), ...others.map(isDone)]);
  return results.every(Boolean);
}

process.exitCode = (await main()) ? 0 : 1;
