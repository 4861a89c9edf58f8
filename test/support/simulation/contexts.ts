import { existsSync } from 'node:fs';
import { modules } from '#modules.ts';
import type { InputMaker } from './inputs/input.ts';
import type { Paper } from './model/reference-model.ts';
import type { Words } from './rows/row-text.ts';

/** What a context brings to the simulation beside the engine: a file in inputs/ that has the context's name. */
export interface ContextInputs {
  /** Its kinds of input, with how often each is to come up. */
  readonly inputs: readonly (readonly [number, InputMaker])[];
  /** What must have come up in enough histories, by what it is counted as. */
  readonly expected: readonly string[];
  /** Its tables, by their names. */
  readonly tables: Readonly<Record<string, ContextTable>>;
}

export interface ContextTable {
  /** Its rows as text, in SQL; they are sorted before they are compared. */
  text(words: Words): string;
  /** The same by the rules on paper, a row a line. */
  expected(paper: Paper): string;
}

/** From the project's folder, in which scripts and tests run: the worker that histories are played in is a bundle. */
const FOLDER = 'test/support/simulation/inputs';

/** Those of all contexts that have any, in the order of src/modules.ts. */
export const CONTEXTS: readonly ContextInputs[] = await Promise.all(
  modules
    .map(({ name }) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`))
    .filter((name) => existsSync(`${FOLDER}/${name}.ts`))
    .map(async (name) => ((await import(`./inputs/${name}.ts`)) as { context: ContextInputs }).context),
);
