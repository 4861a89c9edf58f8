import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { recovery } from '#pull-payments/money/recovery.ts';
import { manualClock } from '#test/clock.ts';
import { isOnPostgres } from '#test/database/database.ts';
import { closeEngines } from '#test/engine.ts';
import { PaperAgreement, type PaperTerms } from '#test/pull-payments/paper.ts';
import { hashOf, type TestPulls, testPulls } from '#test/pull-payments/pulls.ts';

afterEach(closeEngines);

const BY = { actor: 'alice' };

/** PostgreSQL takes ten times as long for a step. */
const RUNS = isOnPostgres() ? 30 : 120;
const RUNS_AT_ONCE = isOnPostgres() ? 8 : 25;

type Step =
  | { do: 'reserve'; pull: number; packet: number; amount: bigint }
  | { do: 'settle'; pull: number; packet: number; outcome: 'fulfilled' | 'rejected' | 'unknown'; times: number }
  | { do: 'end'; pull: number }
  | { do: 'pass'; milliseconds: number }
  | { do: 'recover' }
  | { do: 'state'; state: 'pause' | 'resume' | 'cancel' }
  | { do: 'change'; change: { amount?: bigint; cap?: boolean; cycles?: number } };

const PULLS = 3;
const PACKETS = 6;

const pull = fc.integer({ min: 1, max: PULLS });
const packet = fc.integer({ min: 1, max: PACKETS });
const amount = fc.oneof(
  fc.bigInt({ min: 1n, max: 120n }),
  fc.bigInt({ min: 1n, max: 90_000n }),
  fc.constant(2n ** 64n),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('reserve' as const), pull, packet, amount }) },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      pull,
      packet,
      outcome: fc.constantFrom('fulfilled' as const, 'fulfilled' as const, 'rejected' as const, 'unknown' as const),
      times: fc.constantFrom(1, 1, 2),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('end' as const), pull }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      milliseconds: fc.constantFrom(-1_800_000, 1, 29_000, 65_000, 300_000, 1_799_999, 3_600_000, 7_200_001),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('recover' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('state' as const),
      state: fc.constantFrom(
        'pause' as const,
        'resume' as const,
        'resume' as const,
        'resume' as const,
        'cancel' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('change' as const),
      change: fc.record(
        {
          amount: fc.bigInt({ min: 1n, max: 200n }),
          cap: fc.boolean(),
          cycles: fc.integer({ min: 1, max: 8 }),
        },
        { requiredKeys: [] },
      ),
    }),
  },
);

const terms: fc.Arbitrary<PaperTerms> = fc.record({
  amount: fc.bigInt({ min: 1n, max: 200n }),
  cycles: fc.integer({ min: 1, max: 5 }),
  cap: fc.boolean(),
  digits: fc.integer({ min: -2, max: 3 }),
});

const AGREEMENT_SCALE = 5;

/** One agreement, in the books and on paper. */
class Play {
  readonly #pulls: TestPulls;
  readonly #id: string;
  readonly #paper: PaperAgreement;
  readonly #asset: { code: string; scale: number };

  private constructor(pulls: TestPulls, id: string, terms: PaperTerms) {
    this.#pulls = pulls;
    this.#id = id;
    this.#paper = new PaperAgreement(terms, pulls.test.clock.now().getTime());
    this.#asset = { code: 'XRP', scale: AGREEMENT_SCALE + terms.digits };
  }

  static async begin(pulls: TestPulls, terms: PaperTerms): Promise<Play> {
    const { amount, cycles, cap } = terms;
    const asset = { code: 'XRP', scale: AGREEMENT_SCALE };
    const { id } = await pulls.create({ amount, cycles, cap, asset });
    return new Play(pulls, id, terms);
  }

  async take(step: Step): Promise<void> {
    const { service, test } = this.#pulls;
    const paper = this.#paper;
    const pullId = 'pull' in step ? `${this.#id} ${step.pull}` : '';
    if (step.do === 'reserve') {
      const granted = await this.#pulls.reserve(this.#id, pullId, step.packet, step.amount, this.#asset);
      expect(granted).toBe(paper.reserve(pullId, step.packet, step.amount));
    } else if (step.do === 'settle') {
      for (let time = 0; time < step.times; time += 1) {
        const settled = { pullId, packet: step.packet, outcome: step.outcome, fulfillment: null, code: null };
        await service.settle(settled);
        paper.settle(pullId, step.packet, step.outcome);
      }
    } else if (step.do === 'end') {
      await service.endPull(pullId);
      paper.end(pullId);
    } else if (step.do === 'pass') {
      test.clock.advance(step.milliseconds);
      paper.now += step.milliseconds;
    } else if (step.do === 'recover') {
      await recovery(this.#pulls.context).run();
      paper.recover();
    } else if (paper.state !== 'cancelled') await this.#takeOperators(step);
  }

  async #takeOperators(step: Step & { do: 'state' | 'change' }): Promise<void> {
    const { service } = this.#pulls;
    if (step.do === 'state') {
      await service[step.state](BY, this.#id, 'chance');
      this.#paper.state = ({ pause: 'paused', resume: 'active', cancel: 'cancelled' } as const)[step.state];
    } else {
      await service.update(hashOf(this.#id), step.change);
      this.#paper.change(step.change);
    }
  }

  async compare(): Promise<void> {
    const { balances } = await this.#pulls.service.get(this.#id);
    const { total, interval, available } = this.#paper;
    expect({ total: balances.total, interval: balances.interval, available: balances.available }).toEqual({
      total,
      interval,
      available,
    });
  }

  /** What is in the journal at the end. */
  async end(): Promise<void> {
    const { rows } = await this.#pulls.service.packets({ agreementId: this.#id }, { order: 'asc' });
    const onPaper = [...this.#paper.packets.values()];
    expect(rows.map(({ amount, state }) => ({ amount, state }))).toEqual(
      onPaper.map(({ amount, state }) => ({ amount, state })),
    );
    const told = (await this.#pulls.test.events()).filter(
      ({ type, payload }) => type === 'PullEnded' && JSON.parse(payload).pull.id.startsWith(`${this.#id} `),
    );
    expect(told.length).toBe(this.#paper.told);
  }
}

describe('in any order of grants, answers, kills and changes', () => {
  it('the books say what the paper says', { timeout: 240_000 }, async () => {
    const pulls = await testPulls({ clock: manualClock() });
    await fc.assert(
      fc.asyncProperty(terms, fc.array(step, { maxLength: 60 }), async (terms, steps) => {
        const play = await Play.begin(pulls, terms);
        for (const step of steps) {
          await play.take(step);
          await play.compare();
        }
        await play.end();
      }),
      { numRuns: RUNS },
    );
  });

  it('clients at once never take more than is there, whatever becomes of their packets', {
    timeout: 240_000,
  }, async () => {
    const pulls = await testPulls({ clock: manualClock() });
    const outcomes = fc.array(fc.constantFrom('fulfilled' as const, 'rejected' as const, 'unknown' as const), {
      minLength: 20,
      maxLength: 20,
    });
    let run = 0;
    const property = fc.asyncProperty(terms, fc.array(outcomes, { minLength: 5, maxLength: 5 }), async (terms, of) => {
      run += 1;
      const asset = { code: 'XRP', scale: AGREEMENT_SCALE + terms.digits };
      const { amount, cycles, cap } = terms;
      const { id } = await pulls.create({ amount, cycles, cap, asset: { code: 'XRP', scale: AGREEMENT_SCALE } });
      await Promise.all(
        of.map(async (outcomes, client) => {
          const pullId = `run ${run} ${client}`;
          for (const [packet, outcome] of outcomes.entries()) {
            const granted = await pulls.reserve(id, pullId, packet, BigInt(7 * (packet + 1) * (client + 1)), asset);
            if (typeof granted === 'bigint' && granted > 0n) {
              await pulls.service.settle({ pullId, packet, outcome, fulfillment: null, code: null });
            }
          }
          await pulls.service.endPull(pullId);
        }),
      );
      const { rows } = await pulls.service.packets({ agreementId: id }, {});
      const units = rows.filter(({ state }) => state !== 'rejected').reduce((sum, packet) => sum + packet.amount, 0n);
      const scale = 10n ** BigInt(Math.abs(terms.digits));
      const isWithin = terms.digits < 0 ? units * scale <= amount : units <= amount * scale;
      expect(isWithin, `${units} of ${amount}`).toBe(true);
      const { total, held } = (await pulls.service.get(id)).balances;
      expect(total + held <= amount).toBe(true);
    });
    await fc.assert(property, { numRuns: RUNS_AT_ONCE });
  });
});
