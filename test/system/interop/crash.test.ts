import { describe, expect, it } from 'vitest';
import { eventually } from '#test/eventually.ts';
import { differencesIn } from '#test/faults/server.ts';
import { Payer } from '#test/interop/payer.ts';

/** The server killed between packets, and started again: no more is ever paid than was agreed, and the books know of all. */

const AGREED = 100_000n;

describe.each(['http', 'btp'] as const)('a server over %s that is killed while it pays', (kind) => {
  it('has paid what its books say, but for packets that they hold as unknown', async () => {
    const payer = await Payer.start(kind, { maxPacketAmount: 1_000 });
    try {
      const pointer = await payer.create();
      let received = 0n;
      for (let round = 1; round <= 2; round++) {
        const pulling = [1, 2].map(() => payer.pull(pointer, AGREED, 3_000));
        const goal = payer.journal(pointer).fulfilled + 8_000n;
        await eventually(() => expect(payer.journal(pointer).fulfilled).toBeGreaterThan(goal), 20_000);
        await payer.server.kill();
        for (const got of await Promise.all(pulling)) received += got;
        await payer.startAgain();
        const { fulfilled, held } = payer.journal(pointer);
        expect(received).toBeGreaterThanOrEqual(fulfilled);
        expect(received).toBeLessThanOrEqual(fulfilled + held);
      }
      for (let got = -1n; got !== 0n; ) {
        got = await payer.pull(pointer, AGREED, 4_000);
        received += got;
      }
      const { fulfilled, held } = payer.journal(pointer);
      expect(received).toBeGreaterThanOrEqual(fulfilled);
      expect(received).toBeLessThanOrEqual(fulfilled + held);
      expect(fulfilled + held).toBeLessThanOrEqual(AGREED);
      // Of scale 6, so that less than one unit of the agreement is left.
      expect(fulfilled + held).toBeGreaterThan(AGREED - 1_000n * 5n);
      await payer.server.stop();
      expect(await differencesIn(payer.place.database)).toEqual([]);
    } finally {
      await payer.stop();
    }
  });
});
