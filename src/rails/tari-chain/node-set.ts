import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '#platform/logging/logger.ts';
import type { NodeStatus } from './chain-status.ts';
import type { Tip } from './nodes/node-answers.ts';
import { NodeError } from './nodes/node-error.ts';
import { NodeHealth, type NodeHealthPorts } from './nodes/node-health.ts';
import type { Scanner } from './scan/scanner.ts';

/** When one node has answered, the others have so long to answer as well; those that hang are not waited for. */
const OTHERS_WITHIN_MS = 1_500;

export interface NodeSetPorts extends Omit<NodeHealthPorts, 'url' | 'log'> {
  urls: readonly string[];
  scan: Pick<Scanner, 'tip'>;
  log: Logger;
  /** Whether what is asked now may be cut off because the watcher ends. */
  isEnding: () => boolean;
}

/** All nodes that are configured, by their places in the settings. */
export class NodeSet {
  readonly #nodes: readonly NodeHealth[];
  readonly #scan: Pick<Scanner, 'tip'>;
  readonly #isEnding: () => boolean;
  /** Nodes that are being asked and have not answered yet. */
  readonly #asked = new Map<number, Promise<Tip | undefined>>();
  /** Those that were of no use in this turn. */
  #failed = new Set<number>();

  constructor({ urls, scan, isEnding, ...ports }: NodeSetPorts) {
    this.#nodes = urls.map((url) => new NodeHealth({ ...ports, url }));
    this.#scan = scan;
    this.#isEnding = isEnding;
  }

  get size(): number {
    return this.#nodes.length;
  }

  /** The highest block that any of them has told of, and when one last answered. */
  get knowledge(): { height: number | null; answeredAt: Date | null } {
    const tips = this.#nodes.flatMap(({ lastTip, trouble }) => (lastTip && !trouble ? [lastTip.height] : []));
    const times = this.#nodes.flatMap(({ lastAnswerAt }) => lastAnswerAt ?? []);
    return {
      height: tips.length === 0 ? null : Math.max(...tips),
      answeredAt: times.length === 0 ? null : new Date(Math.max(...times.map((time) => time.getTime()))),
    };
  }

  /** Asks every node that is due where its chain ends. A node that does not answer has undefined. */
  async tips(): Promise<(Tip | undefined)[]> {
    this.#failed = new Set();
    const tips: (Tip | undefined)[] = this.#nodes.map(() => undefined);
    const asks = this.#nodes.flatMap((node, index) => {
      if (!node.isDue && !this.#asked.has(index)) return [];
      const ask = this.#asked.get(index) ?? this.#askTip(index);
      return ask.then((tip) => {
        tips[index] = tip;
        if (tip === undefined) throw new Error('This node did not answer');
      });
    });
    const all = Promise.allSettled(asks);
    const waiting = new AbortController();
    const othersAreLate = Promise.any(asks).then(
      () => sleep(OTHERS_WITHIN_MS, undefined, { signal: waiting.signal }).catch(() => undefined),
      () => all,
    );
    await Promise.race([all, othersAreLate]);
    waiting.abort();
    return [...tips];
  }

  /** Asks a node something. Its failure is noted, and answered as undefined. */
  async ask<T>(index: number, question: () => Promise<T>): Promise<{ answer: T } | undefined> {
    try {
      return { answer: await question() };
    } catch (error) {
      this.fail(index, error);
      return undefined;
    }
  }

  /** Notes that a node was of no use. @throws what is no fault of a node. */
  fail(index: number, error: unknown): void {
    this.#failed.add(index);
    // What is cut off at the end is no trouble of a node's.
    if (error instanceof NodeError && this.#isEnding()) return;
    this.#nodes[index]?.noteFailure(error);
  }

  /** Whether a node has been of use in this turn as far as it was asked. */
  isGood(index: number): boolean {
    return !this.#failed.has(index);
  }

  /** Notes that those which have answered in this turn have done all that they were asked. */
  endTurn(tips: readonly (Tip | undefined)[]): void {
    for (const [index, tip] of tips.entries()) {
      if (tip !== undefined && this.isGood(index)) this.#nodes[index]?.noteGood();
    }
  }

  status(): NodeStatus[] {
    return this.#nodes.map(({ url, lastTip, lastAnswerAt, trouble }) => ({
      url,
      height: lastTip?.height ?? null,
      lastAnswerAt: lastAnswerAt ?? null,
      trouble: trouble === undefined ? null : { since: trouble.since, sentence: trouble.sentence },
    }));
  }

  urlOf(index: number): string {
    return this.#nodes[index]?.url ?? '';
  }

  #askTip(index: number): Promise<Tip | undefined> {
    const node = this.#nodes[index] as NodeHealth;
    const ask = this.#scan
      .tip(index)
      .then(
        (tip) => {
          node.noteTip(tip);
          return tip;
        },
        (error: unknown) => {
          this.fail(index, error);
          return undefined;
        },
      )
      .finally(() => this.#asked.delete(index));
    this.#asked.set(index, ask);
    return ask;
  }
}
