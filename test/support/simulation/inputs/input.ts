import type { SimulatedServer, WorkEnd } from '#test/simulation/simulated-server.ts';
import type { World } from '#test/simulation/world.ts';

/** One input to the engine: how it is done for real, and what it comes to on paper. */
export interface Input {
  /** What it is counted as. */
  name: string;
  /** What exactly, for whoever reads a failing history. */
  about: string;
  /** Does it, and answers in words what it came to, those that the paper says too. */
  run(server: SimulatedServer): Promise<string>;
  /**
   * Enters it on paper. Answers in words what it comes to, undefined where the paper can't say.
   * @param works how its units of work ended: for inputs that are several of them.
   * @throws {Refusal}
   */
  enter(works: readonly WorkEnd[]): string | undefined;
  /** Whether it is several units of work, of which some may be kept and others not. It is never done beside others. */
  isSeveral?: boolean;
  /** Whether it looks things up before its unit of work, so that others could come between: it is not done beside them. */
  isAlone?: boolean;
  /** Whether it only reads. */
  isLookUp?: boolean;
}

/** Makes an input of its kind, from chance and what there is in the world; undefined where there is nothing for it. */
export type InputMaker = (world: World) => Input | undefined;
