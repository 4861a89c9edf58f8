import { type Profile, readProfiles } from '#auth/cli/profile-file.ts';
import { keptClient } from '#auth/cli/session.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import { type Keyboard, LeftTool, SteppedBack } from '#platform/cli/menus/keyboard.ts';
import type { CommandEntry, Entry, Menu, Step } from '#platform/cli/menus/menu.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { PROFILE_VARIABLE } from '#platform/cli/profile-option.ts';
import { coloured, plainLines, plainText } from '#platform/cli/terminal/output.ts';
import { fitted, loadWidths } from '#platform/cli/terminal/text-width.ts';
import { mainMenu } from './main-menu.ts';
import { runEntry } from './run-entry.ts';

/** The menus: shows one, does what is chosen, and shows it again, until the user leaves. */

export interface MenuMachine {
  ports: CommandPorts;
  keyboard: Keyboard;
  /** Ctrl-C that ended one command must not end the next. */
  forgetInterruption: () => void;
}

interface State {
  /** From the main menu to the one that is shown. */
  trail: readonly Menu[];
  profile: Profile | undefined;
  utc: boolean;
}

/** Columns that the library takes beside a question. */
const BESIDE_A_QUESTION = 4;

/** @returns the exit code. */
export async function runMenus(machine: MenuMachine): Promise<number> {
  const [menu] = await Promise.all([mainMenu(machine.ports), loadWidths()]);
  let state: State = { trail: [menu], profile: await usualProfile(machine.ports), utc: false };
  try {
    while (state.trail.length > 0) state = await oneStep(machine, state);
  } catch (error) {
    if (!(error instanceof LeftTool)) throw error;
  }
  return EXIT_CODES.done;
}

async function oneStep(machine: MenuMachine, state: State): Promise<State> {
  const entries = state.trail.at(-1)?.entries ?? [];
  const choices = entries.map((entry) => ({
    value: entry,
    label: entry.label,
    hint: entry.hint,
    isDangerous: 'command' in entry && (entry.warning !== undefined || entry.asks === true),
  }));
  let entry: Entry;
  try {
    entry = await machine.keyboard.choose(title(machine.ports, state), choices);
  } catch (error) {
    if (error instanceof SteppedBack) return stepBack(state);
    throw error;
  }
  if ('opens' in entry) return { ...state, trail: [...state.trail, entry.opens] };
  if ('step' in entry) return STEPS[entry.step](machine, state);
  return runCommand(machine, state, entry);
}

/** `Main » Admin · boss at https://pay.example.com · super_admin`. */
function title(ports: CommandPorts, { trail, profile }: State): string {
  const path = trail.map((menu) => menu.title).join(' » ');
  return fitted(plainText(`${path} · ${login(ports, profile)}`), ports.terminal.columns - BESIDE_A_QUESTION);
}

function login(ports: CommandPorts, profile: Profile | undefined): string {
  if (profile === undefined) return 'not logged in';
  const until = keptClient(ports, profile)?.loggedInUntil();
  const isIn = until !== undefined && until > ports.clock.now();
  return `${profile.name} at ${profile.server} · ${isIn ? profile.roles.join(', ') : 'not logged in yet'}`;
}

// ---- Commands -----------------------------------------------------------------------------------------------------

async function runCommand(machine: MenuMachine, state: State, entry: CommandEntry): Promise<State> {
  let profile = state.profile;
  const run = {
    ...machine,
    utc: state.utc,
    profile: async () => {
      profile ??= await chosenProfile(machine);
      return profile?.name;
    },
  };
  await reported(machine, async () => {
    if (await runEntry(run, entry)) await pause(machine);
  });
  return { ...state, profile: await stillThere(machine.ports, profile) };
}

/** What goes wrong is a sentence, and the menu comes back. */
async function reported(machine: MenuMachine, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const left = machine.keyboard.left() ?? error;
    if (left instanceof LeftTool) throw left;
    if (left instanceof SteppedBack) return;
    machine.ports.note(sentence(machine.ports, error));
    await pause(machine);
  } finally {
    machine.forgetInterruption();
  }
}

/** The menu would push what was shown out of sight. */
async function pause({ ports, keyboard }: MenuMachine): Promise<void> {
  // Listening comes first: a key that is pressed before it would be lost.
  const read = keyboard.pause();
  ports.print('');
  ports.print('Enter goes back to the menu.');
  await read;
}

function sentence(ports: CommandPorts, error: unknown): string {
  const word = coloured('failed', ports.terminal);
  return `${word}: ${plainLines(error instanceof Error ? error.message : String(error))}`;
}

// ---- Steps --------------------------------------------------------------------------------------------------------

const STEPS: Readonly<Record<Step, (machine: MenuMachine, state: State) => Promise<State>>> = {
  back: async (_, state) => stepBack(state),
  exit: async (_, state) => ({ ...state, trail: [] }),
  async login(machine, state) {
    const known = { ...state };
    await reported(machine, async () => {
      known.profile = await chosenProfile(machine);
    });
    if (known.profile === undefined) return state;
    return runCommand(machine, known, { label: 'Login', hint: '', command: ['login'] });
  },
  async logout({ ports }, state) {
    ports.clients?.clear();
    ports.print('Logged out.');
    return { ...state, profile: undefined };
  },
  async zone({ ports }, state) {
    ports.print(state.utc ? 'Times are those of this machine.' : 'Times are in UTC.');
    return { ...state, utc: !state.utc };
  },
};

function stepBack(state: State): State {
  return { ...state, trail: state.trail.slice(0, -1) };
}

// ---- Profiles -----------------------------------------------------------------------------------------------------

/** The one that the environment names, or the only one. A file that can't be read is reported when it is needed. */
async function usualProfile(ports: CommandPorts): Promise<Profile | undefined> {
  try {
    const profiles = await readProfiles(ports);
    const name = ports.environment[PROFILE_VARIABLE];
    if (name) return profiles.find((profile) => profile.name === name);
    return profiles.length === 1 ? profiles[0] : undefined;
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

/** Asks which; undefined where there is none. */
async function chosenProfile({ ports, keyboard }: MenuMachine): Promise<Profile | undefined> {
  const profiles = await readProfiles(ports);
  if (profiles.length === 0) {
    throw new CommandError('There is no profile yet: add one in the User Menu, with Add profile.');
  }
  if (profiles.length === 1) return profiles[0];
  return keyboard.choose(
    'Log in as',
    profiles.map((profile) => ({
      value: profile,
      label: profile.name,
      hint: `${profile.server}, ${profile.roles.join(', ')}`,
    })),
  );
}

/** Undefined once it was removed. */
async function stillThere(ports: CommandPorts, profile: Profile | undefined): Promise<Profile | undefined> {
  if (profile === undefined) return undefined;
  const profiles = await readProfiles(ports).catch(() => [profile]);
  return profiles.find(({ name }) => name === profile.name);
}
