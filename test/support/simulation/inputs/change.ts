import type { ChangeRequest } from '#platform/audit-log/operator-actions.ts';
import { stringifyJson } from '#platform/json.ts';
import { OPERATOR } from '#test/simulation/model/reference-model.ts';
import type { SimulatedServer } from '#test/simulation/simulated-server.ts';
import type { World } from '#test/simulation/world.ts';
import type { Input, InputMaker } from './input.ts';

/** Something that operators change by hand, perhaps under an Idempotency-Key. */
export interface Change {
  kind: string;
  about: string;
  /** Does it, and answers what the caller gets, and in words what it came to. */
  run(server: SimulatedServer, by: ChangeRequest): Promise<{ answer: unknown; words: string }>;
  /** @throws {Refusal} */
  enter(txid: string): string;
}

/** How the last changes were asked for, so that they are asked for again. */
const asked = new WeakMap<World, { change: Change; request: { key: string; fingerprint: string } }[]>();

/** One of these changes, perhaps under a key, perhaps under one that was used. */
export function changeAmong(changes: readonly ((world: World) => Change)[]): InputMaker {
  return (world) => {
    const { random } = world;
    const before = asked.get(world) ?? [];
    asked.set(world, before);
    const earlier = random.chance(0.22) ? random.pick(before) : undefined;
    if (earlier !== undefined && random.chance(0.7)) {
      return changeOf(world, earlier.change, earlier.request, ', asked for again under its key');
    }
    const fresh = random.pick(changes)(world);
    if (earlier !== undefined) {
      const request = { key: earlier.request.key, fingerprint: `${fresh.kind} ${fresh.about}` };
      return changeOf(world, fresh, request, ', under the key of another');
    }
    if (random.chance(0.5)) return changeOf(world, fresh, undefined, '');
    const request = { key: world.newName('k'), fingerprint: `${fresh.kind} ${fresh.about}` };
    before.push({ change: fresh, request });
    return changeOf(world, fresh, request, ', under a key');
  };
}

function changeOf(
  world: World,
  change: Change,
  idempotency: { key: string; fingerprint: string } | undefined,
  how: string,
): Input {
  let txid = '';
  let text: string | undefined;
  return {
    name: `change: ${change.kind}${how}`,
    about: `${change.about} ${idempotency?.key ?? ''}`,
    async run(server) {
      text = undefined;
      const running = change.run(server, { actor: OPERATOR, idempotency });
      // The id of a payment by hand is made before anything is waited for.
      txid = world.lastTxid();
      const { answer, words } = await running;
      text = idempotency && stringifyJson(answer);
      return words;
    },
    enter: () => world.paper.once(OPERATOR, idempotency, text, () => change.enter(txid)),
  };
}

/** What a change is counted as when it is asked for in each of these ways. */
export function inEachWay(kind: string): string[] {
  return ['', ', under a key', ', asked for again under its key'].map((how) => `change: ${kind}${how}`);
}
