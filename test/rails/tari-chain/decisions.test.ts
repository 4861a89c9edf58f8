import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agreedOutputs,
  chooseLeader,
  MAX_BLOCKS_AT_ONCE,
  nextLimit,
  nextStep,
  timeLeftMs,
  type Vote,
} from '#rails/tari-chain/decisions.ts';
import { findFork } from '#rails/tari-chain/fork.ts';
import type { KnownBlock } from '#rails/tari-chain/store/known-block.ts';

const tipOf = (height: number, hash = `a${height}`, difficulty?: bigint) => ({ height, hash, difficulty });
const block = (height: number, hash = `a${height}`): KnownBlock => ({ height, hash });
const heights = fc.integer({ min: 0, max: 1_000 });

describe('what is to be done about a chain', () => {
  it('is nothing where it ends with our block, and to follow it where it is longer', () => {
    fc.assert(
      fc.property(heights, heights, (ours, more) => {
        expect(nextStep(block(ours), tipOf(ours), block(ours), undefined)).toBe('nothing');
        expect(nextStep(block(ours), tipOf(ours + 1 + more), block(ours), undefined)).toBe('follow');
      }),
    );
  });

  it('is to wait where it is shorter, whatever blocks it has, unless more was done for it', () => {
    fc.assert(
      fc.property(
        heights,
        heights,
        fc.boolean(),
        fc.option(fc.bigInt(0n, 100n), { nil: undefined }),
        (lower, more, isOther, difficulty) => {
          const [top, tip] = [block(lower + 1 + more), tipOf(lower, isOther ? 'other' : `a${lower}`, difficulty)];
          const step = nextStep(top, tip, block(lower), 50n);
          expect(step).toBe(isOther && difficulty !== undefined && difficulty > 50n ? 'look_for_fork' : 'wait');
        },
      ),
    );
  });

  it('is to look for a fork where another block stands at our height', () => {
    expect(nextStep(block(7), tipOf(7, 'other'), block(7), undefined)).toBe('look_for_fork');
  });
});

describe('the node that is followed', () => {
  const tips = fc.array(
    fc.option(
      heights.map((height) => tipOf(height)),
      { nil: undefined },
    ),
    { minLength: 1, maxLength: 6 },
  );

  it('has answered, and is at most two blocks behind any that has', () => {
    fc.assert(
      fc.property(tips, fc.option(fc.nat(5), { nil: undefined }), (answers, before) => {
        const leader = chooseLeader(answers, before);
        if (leader === undefined) {
          expect(answers.every((tip) => tip === undefined)).toBe(true);
          return;
        }
        const height = answers[leader]?.height ?? -100;
        for (const tip of answers) if (tip !== undefined) expect(height).toBeGreaterThanOrEqual(tip.height - 2);
      }),
    );
  });

  it('stays the same while it keeps up', () => {
    fc.assert(
      fc.property(tips, fc.nat(5), (answers, before) => {
        const highest = Math.max(...answers.map((tip) => tip?.height ?? -1));
        const keepsUp = answers[before] !== undefined && answers[before].height >= highest - 2;
        if (keepsUp) expect(chooseLeader(answers, before)).toBe(before);
      }),
    );
  });
});

describe('what nodes agree on', () => {
  const hashes = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 });
  const vote: fc.Arbitrary<Vote> = fc.option(
    hashes.map((some) => new Set(some)),
    { nil: undefined },
  );

  it('all that answered have, two at least where two are configured', () => {
    fc.assert(
      fc.property(hashes, fc.array(vote, { minLength: 1, maxLength: 5 }), (outputs, votes) => {
        const answered = votes.filter((one) => one !== undefined);
        const agreed = agreedOutputs(outputs, votes);
        const areEnough = answered.length >= Math.min(2, votes.length);
        expect(agreed).toEqual(!areEnough ? [] : outputs.filter((hash) => answered.every((one) => one.has(hash))));
      }),
    );
  });

  it('is nothing where none answered', () => {
    expect(agreedOutputs(['a'], [undefined])).toEqual([]);
    expect(agreedOutputs(['a'], [undefined, undefined])).toEqual([]);
    expect(agreedOutputs(['a'], [new Set(['a']), undefined])).toEqual([]);
    expect(agreedOutputs(['a'], [new Set(['a']), new Set(['a']), undefined])).toEqual(['a']);
  });
});

describe('a fork', () => {
  /** Which of our blocks are kept, up to where the chains are one, and how long theirs is. */
  const chains = fc
    .record({
      kept: fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 300 }),
      common: fc.integer({ min: -1, max: 300 }),
      theirTip: fc.integer({ min: 0, max: 320 }),
    })
    .map(({ kept, ...rest }) => ({ kept: kept.sort((a, b) => a - b), ...rest }));

  it('is found between the last block that is theirs and the first that is not, with few questions', async () => {
    await fc.assert(
      fc.asyncProperty(chains, async ({ kept, common, theirTip }) => {
        let questions = 0;
        const top = block(kept.at(-1) as number);
        const fork = await findFork(
          {
            ours: async (height) => {
              const found = kept.findLast((one) => one <= height);
              return found === undefined ? undefined : block(found);
            },
            theirs: async (height) => {
              questions += 1;
              return height > theirTip ? undefined : { hash: height <= common ? `a${height}` : `b${height}` };
            },
          },
          top,
        );
        const known = kept.filter((height) => height <= theirTip);
        const shared = known.filter((height) => height <= common);
        const lost = known.filter((height) => height > common);
        if (lost.length === 0) expect(fork.kind).toBe('none');
        else if (shared.length === 0)
          expect(fork).toEqual({ kind: 'nothing_in_common', lowest: block(lost[0] as number) });
        else
          expect(fork).toEqual({
            kind: 'fork',
            common: block(shared.at(-1) as number),
            lost: block(lost[0] as number),
          });
        expect(questions).toBeLessThan(60);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('numbers for a long reading', () => {
  it('ask for half after too long an answer, and for more again', () => {
    expect(nextLimit(25, true)).toBe(12);
    expect(nextLimit(1, true)).toBe(1);
    expect(nextLimit(12, false)).toBe(13);
    expect(nextLimit(MAX_BLOCKS_AT_ONCE, false)).toBe(MAX_BLOCKS_AT_ONCE);
  });

  it('say how long the rest takes at its pace', () => {
    expect(timeLeftMs({ from: 0, to: 100, tip: 300, elapsedMs: 1_000 })).toBe(2_000);
    expect(timeLeftMs({ from: 5, to: 5, tip: 300, elapsedMs: 1_000 })).toBeUndefined();
  });
});
