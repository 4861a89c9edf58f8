import { Command, InvalidArgumentError } from 'commander';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { profileOption } from '#platform/cli/profile-option.ts';
import { plainJson, plainLines } from '#platform/cli/terminal/output.ts';
import { parseJson } from '#platform/json.ts';

const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'] as const;
type Method = (typeof METHODS)[number];

/** `api`: any request to the server with the profile's token, for what has no command. */
export function apiCommand(ports: CommandPorts): Command {
  return new Command('api')
    .description('Send a request to the server as the person of a profile, and print the answer as it is')
    .argument('<method>', METHODS.join(', '), readMethod)
    .argument('<path>', 'such as /api/orders?limit=10', readPath)
    .argument('[body]', 'JSON; - reads it from standard input')
    .addOption(profileOption())
    .addHelpText('after', '\nExample:\n  $ taritools api GET /api/search/orders?status=New -p boss')
    .action(async (method: Method, path: string, body: string | undefined, options: { profile?: string }) => {
      const client = await ports.client(options.profile);
      const text = body === '-' ? await ports.readInput() : body;
      const answer = await client.request(method, path, text === undefined ? undefined : readBody(text));
      if (answer.text === '') return;
      if (answer.json !== undefined) return ports.print(plainJson(answer.json));
      // A file has it byte for byte.
      ports.print(ports.terminal.isTerminal ? plainLines(answer.text) : answer.text);
    });
}

function readMethod(text: string): Method {
  const method = METHODS.find((one) => one === text.toUpperCase());
  if (method === undefined) throw new InvalidArgumentError(`It must be one of ${METHODS.join(', ')}.`);
  return method;
}

/** The server is the profile's: a path can't lead to another, which would be given the token. */
function readPath(text: string): string {
  if (/^\/(?!\/)[\x21-\x7e]*$/.test(text) && !text.includes('\\')) return text;
  throw new InvalidArgumentError('It must begin with one / and hold no spaces.');
}

function readBody(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw new CommandError('The body is not JSON.', EXIT_CODES.wrongUse);
  }
}
