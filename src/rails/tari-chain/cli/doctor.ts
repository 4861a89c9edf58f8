import { hex } from '@scure/base';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import { exitCodeOf, type Finding, failed, findingsView, ok } from '#platform/cli/findings.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { printAnswer } from '#platform/cli/terminal/output-flags.ts';
import { loadEnvironment, unknownSettingWarnings } from '#platform/config/environment.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import { databaseUrlFrom } from '#platform/database/url.ts';
import type { ChainSettings } from '#rails/tari-chain/settings.ts';
import { addressToBase58 } from '#tari/address.ts';
import { viewWallet } from '#tari/chain/view-wallet.ts';
import { bookFindings } from './doctor-books.ts';
import type { DoctorFlags } from './doctor-command.ts';
import { nodeFindings } from './doctor-nodes.ts';
import { PUBLIC_NODES } from './nodes-text.ts';
import type { Patient } from './patient.ts';

/** Looks at everything that the watcher needs, and says for each what to do. No finding shows the view key. */

/** @throws {CommandError} where something is wrong. */
export async function examineWatcher(ports: CommandPorts, flags: DoctorFlags): Promise<void> {
  const findings = await examine(ports, flags);
  await printAnswer(ports, flags, findings, findingsView);
  const exitCode = exitCodeOf(findings);
  if (exitCode !== EXIT_CODES.done) throw new CommandError('Some checks failed; see above.', exitCode);
}

async function examine(ports: CommandPorts, { database }: DoctorFlags): Promise<Finding[]> {
  const loaded = loadEnvironment(ports.folder, ports.environment);
  if (!loaded.ok) return loaded.problems.map((problem) => failed('settings', problem, 'Make the file readable.'));
  const { environment } = loaded;
  const { parse, descriptions } = await ports.settings();
  const parsed = parse({ ...environment, TPG_DATABASE_URL: database ?? environment.TPG_DATABASE_URL });
  const unknown = unknownSettingWarnings(environment, descriptions).map((warning) =>
    failed('settings', warning, 'Mend its name, or take it out.'),
  );
  if (!parsed.ok) return [...parsed.problems.map(settingFinding), ...unknown];
  const { settings } = parsed;
  const { chain } = settings;
  if (chain === null) return [...unknown, notWatching(settings)];

  const wallet = viewWallet(chain.network, hex.decode(chain.privateViewKey), hex.decode(chain.publicSpendKey));
  const databaseUrl = databaseUrlFrom(ports.folder, settings.databaseUrl);
  const patient: Patient = { ports, settings, chain, wallet, databaseUrl };
  const ending = new AbortController();
  try {
    const { findings, knowledge } = await nodeFindings(patient, ending.signal);
    return [...unknown, ...keyFindings(patient), ...findings, ...(await bookFindings(patient, knowledge))];
  } finally {
    ending.abort();
  }
}

/** The problems of settings name the setting and what is expected, and show no secret. */
function settingFinding(problem: string): Finding {
  const isOfKey = problem.includes('TPG_VIEW_KEY');
  const advice = isOfKey
    ? 'Make the lines again with taritools wallet keys --write; the server does not start like this.'
    : 'Mend it in .env or in the environment; the server does not start like this.';
  return failed(isOfKey ? 'key' : 'settings', problem, advice);
}

function notWatching({ paymentWalletAddress }: Settings): Finding {
  const how = 'Make the settings with taritools wallet keys --write, if payments shall be found without a wallet.';
  const address =
    paymentWalletAddress === null ? 'no wallet that customers pay to is set' : 'a wallet must report them';
  return ok('watcher', `payments are not looked for on the chain: ${address}`, how);
}

function keyFindings({ chain, settings: { paymentWalletAddress } }: Patient): Finding[] {
  const address = paymentWalletAddress === null ? '' : addressToBase58(paymentWalletAddress);
  const single = chain.nodes.length === 1;
  const insecure = chain.nodes.filter(isReadableOnItsWay);
  return [
    ok('key', `belongs to ${address}, of ${chain.network}`),
    single
      ? ok(
          'trust',
          'one base node is asked, and what it says is believed',
          'Name a second node in TPG_TARI_NODES, best one of your own: then a lie of one is a delay and no sale.',
        )
      : ok('trust', `what ${chain.nodes.length} base nodes agree on is believed`),
    ...insecure.map((url) =>
      failed('trust', `${url} is asked without https`, 'Those on the way can lie in its name: use https, or a tunnel.'),
    ),
    ...chain.nodes.flatMap((url) => foreignNode(url, chain)),
  ];
}

function isReadableOnItsWay(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  const isNear =
    /^(?:localhost|127(?:\.\d+){3}|10(?:\.\d+){3}|192\.168(?:\.\d+){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}|\[(?:::1|f[cd][0-9a-f:]+)\])$/;
  // A name without a dot is one of the own network, as of a container.
  return protocol === 'http:' && hostname.includes('.') && !isNear.test(hostname);
}

/** A node does not say of which network it is, but the name of a public one does. */
export function foreignNode(url: string, { network }: Pick<ChainSettings, 'network'>): Finding[] {
  const known = Object.entries(PUBLIC_NODES).find(([, node]) => node === url)?.[0];
  if (known === undefined || known === network) return [];
  return [
    failed('network', `${url} is of ${known}, and the wallet of ${network}`, 'Name nodes of the wallet’s network.'),
  ];
}
