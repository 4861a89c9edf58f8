import { same, sameInAnyOrder } from '#test/simulation/compare-state.ts';
import type { ChainPaper } from '#test/simulation/model/chain.ts';
import type { MempoolPaper } from '#test/simulation/model/mempool.ts';
import { CHAIN_TABLES } from '#test/simulation/rows/row-text.ts';
import type { DatabaseRows } from '#test/simulation/simulated-database.ts';

/** Holds what the database knows of the chain against the paper. */
export class ChainComparison {
  readonly #rows: DatabaseRows;
  readonly #paper: ChainPaper;
  readonly #mempool: MempoolPaper;
  /** What had been written to the tables of the chain, and to the paper, when they were last held against each other. */
  #writesSeen: number | undefined;
  #versionSeen: number | undefined;

  constructor(rows: DatabaseRows, paper: ChainPaper, mempool: MempoolPaper) {
    this.#rows = rows;
    this.#paper = paper;
    this.#mempool = mempool;
  }

  /**
   * Of the blocks only where they begin and end, since there may be a thousand; nothing where neither side was written
   * to since. @throws {BooksDiffer}
   */
  async compareAfterStep(): Promise<void> {
    const writes = this.#rows.writes()?.chain;
    const version = this.#paper.version + this.#mempool.version;
    if (writes !== undefined && writes === this.#writesSeen && version === this.#versionSeen) return;
    await this.#compareTables();
    this.#writesSeen = writes;
    this.#versionSeen = version;
  }

  async #compareTables(): Promise<void> {
    const paper = this.#paper;
    const [summary, ...tables] = await this.#rows.chain();
    same('the kept blocks', summary, paper.blockSummary());
    const expected: Record<(typeof CHAIN_TABLES)[number], string> = {
      chain_progress: paper.progressLines(),
      chain_outputs: paper.outputLines(),
      chain_refusals: paper.refusalLines(),
      chain_departures: paper.departureLines(),
      chain_sightings: this.#mempool.lines(),
    };
    for (const [index, table] of CHAIN_TABLES.entries()) sameInAnyOrder(table, tables[index], expected[table]);
  }

  /** @throws {BooksDiffer} */
  async compareAll(): Promise<void> {
    await this.#compareTables();
    sameInAnyOrder('chain_blocks', await this.#rows.chainBlocks(), this.#paper.blockLines());
  }
}
