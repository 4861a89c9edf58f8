import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '#platform/logging/logger.ts';
import type { NodeStatus } from './chain-status.ts';
import type { Tip } from './nodes/node-answers.ts';
import { NodeError } from './nodes/node-error.ts';
import { NodeHealth, type NodeHealthPorts } from './nodes/node-health.ts';
import type { Scanner } from './scan/scanner.ts';

/** Once one node has answered, the others have this long to answer as well; hanging nodes are not waited for. */
const OTHERS_WITHIN_MS = 1_500;

export interface NodeSetPorts extends Omit<NodeHealthPorts, 'url' | 'log'> {
  urls: readonly string[];
  scan: Pick<Scanner, 'tip'>;
  log: Logger;
  /** Whether a request may have been aborted because the watcher is stopping. */
  isEnding: () => boolean;
}

/** All configured nodes, by their index in the settings. */
export class NodeSet {
  readonly #nodes: readonly NodeHealth[];
  readonly #scan: Pick<Scanner, 'tip'>;
  readonly #isEnding: () => boolean;
  /** Pending queries of the nodes' tips. */
  readonly #asked = new Map<number, Promise<Tip | undefined>>();
  /** The nodes that failed in this turn. */
  #failed = new Set<number>();

  constructor({ urls, scan, isEnding, ...ports }: NodeSetPorts) {
    this.#nodes = urls.map((url) => new NodeHealth({ ...ports, url }));
    this.#scan = scan;
    this.#isEnding = isEnding;
  }

  get size(): number {
    return this.#nodes.length;
  }

  /** The highest block that any of them has reported, and when one last answered. */
  get knowledge(): { height: number | null; answeredAt: Date | null } {
    const tips = this.#nodes.flatMap(({ lastTip, trouble }) => (lastTip && !trouble ? [lastTip.height] : []));
    const times = this.#nodes.flatMap(({ lastAnswerAt }) => lastAnswerAt ?? []);
    return {
      height: tips.length === 0 ? null : Math.max(...tips),
      answeredAt: times.length === 0 ? null : new Date(Math.max(...times.map((time) => time.getTime()))),
    };
  }

  /** The tip of every node that is due; undefined for a node that does not answer. */
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

  /** Queries a node. A failure is recorded, and undefined is returned. */
  async ask<T>(index: number, question: () => Promise<T>): Promise<{ answer: T } | undefined> {
    try {
      return { answer: await question() };
    } catch (error) {
      this.fail(index, error);
      return undefined;
    }
  }

  /** Records a failure of a node. @throws any error that is not a node's. */
  fail(index: number, error: unknown): void {
    this.#failed.add(index);
    // A request aborted by the shutdown is not a failure of the node.
    if (error instanceof NodeError && this.#isEnding()) return;
    this.#nodes[index]?.noteFailure(error);
  }

  /** Whether a node has not failed in this turn. */
  isGood(index: number): boolean {
    return !this.#failed.has(index);
  }

  /** Records that the nodes that answered in this turn worked. */
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
