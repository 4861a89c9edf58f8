import { same, sameInAnyOrder } from '#test/simulation/compare-state.ts';
import type { ChainPaper } from '#test/simulation/model/chain.ts';
import { CHAIN_TABLES } from '#test/simulation/rows/row-text.ts';
import type { DatabaseRows } from '#test/simulation/simulated-database.ts';

/** Holds what the database knows of the chain against the paper. */
export class ChainComparison {
  readonly #rows: DatabaseRows;
  readonly #paper: ChainPaper;

  constructor(rows: DatabaseRows, paper: ChainPaper) {
    this.#rows = rows;
    this.#paper = paper;
  }

  /** Of the blocks only where they begin and end, since there may be a thousand. @throws {BooksDiffer} */
  async compareAfterStep(): Promise<void> {
    const paper = this.#paper;
    const [summary, ...tables] = await this.#rows.chain();
    same('the kept blocks', summary, paper.blockSummary());
    const expected: Record<(typeof CHAIN_TABLES)[number], string> = {
      chain_progress: paper.progressLines(),
      chain_outputs: paper.outputLines(),
      chain_refusals: paper.refusalLines(),
      chain_departures: paper.departureLines(),
    };
    for (const [index, table] of CHAIN_TABLES.entries()) sameInAnyOrder(table, tables[index], expected[table]);
  }

  /** @throws {BooksDiffer} */
  async compareAll(): Promise<void> {
    await this.compareAfterStep();
    sameInAnyOrder('chain_blocks', await this.#rows.chainBlocks(), this.#paper.blockLines());
  }
}
