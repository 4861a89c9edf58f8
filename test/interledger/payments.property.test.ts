import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Agreement, pull } from '#test/interledger/agreement.ts';
import { randomOf } from '#test/interledger/bytes.ts';
import { CALM, Network, type Weather } from '#test/interledger/network.ts';

/** Two ends of our own, with a network between them that does what networks do: money is neither lost nor doubled. */

const RUNS = { numRuns: 150 };

const anyChance = fc.constantFrom(0, 0, 0.05, 0.3);
const anyWeather: fc.Arbitrary<Weather> = fc
  .record({
    maxPacket: fc.option(fc.bigInt(1n, 2000n), { nil: undefined }),
    saysMaximum: fc.boolean(),
    loss: anyChance,
    answerLoss: anyChance,
    refusal: anyChance,
    doubleAnswer: anyChance,
    maxDelayMs: fc.constantFrom(0, 5, 200),
    rate: fc.record({ delivered: fc.bigInt(1n, 5000n), sent: fc.bigInt(1n, 5000n) }),
  })
  .map(({ maxPacket, ...weather }) => (maxPacket === undefined ? weather : { ...weather, maxPacket }));

const anyAmount = fc.bigInt(1n, 5000n);
const anyInFlight = fc.integer({ min: 1, max: 8 });

describe('a pull through a calm network', () => {
  it('brings exactly what was agreed, or what was asked for', () => {
    const anyPacket = fc.option(fc.bigInt(100n, 2000n), { nil: undefined });
    const anyCase = fc.tuple(fc.nat(), anyAmount, anyAmount, anyPacket, fc.boolean(), anyInFlight);
    fc.assert(
      fc.property(anyCase, ([seed, agreed, wanted, maxPacket, saysMaximum, maxInFlight]) => {
        const agreement = new Agreement(agreed);
        const network = new Network(seed, { saysMaximum, ...(maxPacket === undefined ? {} : { maxPacket }) });
        const one = pull(network, randomOf(seed), { name: 'a', wanted, agreement, limits: { maxInFlight } });
        network.run();
        const least = agreed < wanted ? agreed : wanted;
        expect([one.received, agreement.paid, agreement.held, agreement.unknown]).toEqual([least, least, 0n, 0n]);
        expect(one.client.connection.isFinished && one.server.connection.isFinished).toBe(true);
      }),
      RUNS,
    );
  });

  it('takes seconds, not the time until the client gives up', () => {
    const agreement = new Agreement(100n);
    const network = new Network(1);
    const start = network.nowMs;
    const ended: number[] = [];
    const one = pull(network, randomOf(1), { name: 'a', wanted: 250_000n, agreement });
    const { watch } = one.client.owner;
    one.client.owner.watch = (connection, action) => {
      if (action.kind === 'ended') ended.push(network.nowMs - start);
      watch?.(connection, action);
    };
    network.run();
    expect(one.received).toBe(100n);
    expect(ended[0]).toBeLessThan(1000);
  });

  it('brings five clients at once exactly what was agreed, together', () => {
    const anyCase = fc.tuple(fc.nat(), anyAmount, fc.option(fc.bigInt(50n, 2000n), { nil: undefined }), anyInFlight);
    fc.assert(
      fc.property(anyCase, ([seed, agreed, maxPacket, maxInFlight]) => {
        const agreement = new Agreement(agreed);
        const network = new Network(seed, maxPacket === undefined ? {} : { maxPacket });
        const pulls = ['a', 'b', 'c', 'd', 'e'].map((name, index) =>
          pull(network, randomOf(seed + index), { name, wanted: agreed, agreement, limits: { maxInFlight } }),
        );
        network.run();
        const sum = pulls.reduce((total, { received }) => total + received, 0n);
        expect([sum, agreement.paid, agreement.unknown]).toEqual([agreed, agreed, 0n]);
        expect(agreement.peak).toBeLessThanOrEqual(agreed);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a pull through any network', () => {
  it('never takes more than was agreed, settles each packet once, and comes to an end', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        anyAmount,
        anyAmount,
        anyWeather,
        anyInFlight,
        (seed, agreed, wanted, weather, maxInFlight) => {
          const agreement = new Agreement(agreed);
          const network = new Network(seed, weather);
          const one = pull(network, randomOf(seed), { name: 'a', wanted, agreement, limits: { maxInFlight } });
          network.run();
          expect(agreement.peak).toBeLessThanOrEqual(agreed);
          expect([agreement.held, agreement.isSettled]).toEqual([0n, true]);
          expect(one.client.connection.isFinished && one.server.connection.isFinished).toBe(true);
          // What was paid arrived, less what the connector rounds off; what arrived was paid, or its fate is unknown.
          const { delivered, sent } = weather.rate;
          expect(one.received * sent).toBeLessThanOrEqual((agreement.paid + agreement.unknown) * delivered);
          expect(one.received).toBeLessThanOrEqual(wanted + wanted / 100n + 1n);
        },
      ),
      RUNS,
    );
  });

  it('brings all that was agreed when answers come twice and packets are refused now and then', () => {
    const weather = { ...CALM, refusal: 0.1, doubleAnswer: 0.5, maxDelayMs: 100, maxPacket: 700n };
    fc.assert(
      fc.property(fc.nat(), anyAmount, anyInFlight, (seed, agreed, maxInFlight) => {
        const agreement = new Agreement(agreed);
        const network = new Network(seed, weather);
        const one = pull(network, randomOf(seed), { name: 'a', wanted: agreed, agreement, limits: { maxInFlight } });
        network.run();
        expect([one.received, agreement.paid, agreement.unknown]).toEqual([agreed, agreed, 0n]);
      }),
      { numRuns: 60 },
    );
  });

  it('brings what the rate makes of it, if the units are finer or coarser', () => {
    const anyRate = fc.constantFrom(
      { delivered: 1n, sent: 1000n },
      { delivered: 1n, sent: 7n },
      { delivered: 997n, sent: 1000n },
    );
    fc.assert(
      fc.property(fc.nat(), anyRate, fc.bigInt(1n, 300n), (seed, rate, wanted) => {
        const agreement = new Agreement(10n ** 12n);
        const network = new Network(seed, { rate });
        const one = pull(network, randomOf(seed), { name: 'a', wanted, agreement });
        network.run();
        expect(one.received).toBe(wanted);
      }),
      RUNS,
    );
  });
});
