import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { StoreBrokenError, StoreUnavailableError } from '#platform/database/errors.ts';
import { DomainError } from '#platform/errors.ts';
import { MessageBatch } from '#platform/threads/message-batch.ts';
import { type Answer, answerOfRefused, type Call, RpcClient, RpcServer } from '#platform/threads/rpc.ts';

/** What goes over is copied, as between threads; and how much of it at once is noted. */
const sizes: number[] = [];
let failure: unknown;
const order: number[] = [];

const functions = {
  echo: async (...given: unknown[]) => given,
  inner: {
    fail: async () => Promise.reject(failure),
    deeper: { twice: async (number: bigint) => 2n * number },
  },
  unsendable: async () => () => 1,
  note: async (number: number, waitTurns: number) => {
    order.push(number);
    for (let turn = 0; turn < waitTurns; turn += 1) await nextTurn();
    return number;
  },
};

/** Both sides, connected. */
function connected(opening: Promise<typeof functions> = Promise.resolve(functions)): RpcClient {
  const told: MessageBatch<Answer> = new MessageBatch(
    (answers) => {
      for (const answer of structuredClone(answers)) caller.take(answer);
    },
    (answer, error) => told.add(answerOfRefused(answer, error)),
  );
  const answerer = new RpcServer((answer) => told.add(answer));
  const caller = new RpcClient((calls: readonly Call[]) => {
    const copied = structuredClone(calls);
    sizes.push(copied.length);
    answerer.take(copied);
  });
  void answerer.open(opening);
  return caller;
}

beforeEach(() => {
  sizes.length = 0;
  order.length = 0;
});

describe('calls from thread to thread', () => {
  it('give and answer plain data as it is', async () => {
    const { echo, inner } = await connected().functions<typeof functions>();
    const given = [9007199254740993n, new Date(5), new Set(['a']), new Map([['a', 1n]]), { a: [undefined, null] }, 'é'];
    expect(await echo(...given)).toEqual(given);
    expect(await echo(new Uint8Array([1, 2]))).toEqual([new Uint8Array([1, 2])]);
    expect(await inner.deeper.twice(2n ** 62n)).toBe(2n ** 63n);
  });

  it('throw errors of ours as what they are', async () => {
    const { inner } = await connected().functions<typeof functions>();
    failure = new DomainError('order_not_found', '{} 12');
    const thrown = await inner.fail().catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(DomainError);
    expect(thrown).toMatchObject({ code: 'order_not_found', message: 'The requested order {} 12 does not exist' });
    for (const Class of [StoreUnavailableError, StoreBrokenError]) {
      failure = new Class('The disk is full');
      const error = await inner.fail().catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(Class);
      expect(error).toMatchObject({ message: 'The disk is full' });
    }
  });

  it('throw other errors with their text and their stack', async () => {
    const { inner } = await connected().functions<typeof functions>();
    failure = new TypeError('x is not a function');
    const thrown = await inner.fail().catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(TypeError);
    expect(thrown).toMatchObject({ message: 'x is not a function', stack: (failure as Error).stack });
  });

  it.each([
    ['of a kind that this thread does not know', { kind: 'of_a_plugin', fields: { sum: 5n } }, /of_a_plugin/],
    [
      'with a code that no context of this thread defines',
      { kind: 'domain', fields: { code: 'no_such', about: '' } },
      /no_such/,
    ],
    ['whose fields are not what they should be', { kind: 'domain', fields: undefined }, /undefined/],
  ])('fail with an error all the same where the other thread sends one %s', async (_, wire, said) => {
    const made: Call[] = [];
    const caller = new RpcClient((calls) => made.push(...calls));
    caller.take([0, ['echo']]);
    const { echo } = await caller.functions<typeof functions>();
    const calling = echo(1);
    await nextTurn();
    caller.take([made[0]?.[0] ?? -1, undefined, wire]);
    await expect(calling).rejects.toThrow(said);
  });

  it('arrive in their order and together, and are answered when each is done', async () => {
    const { note } = await connected().functions<typeof functions>();
    const answered: number[] = [];
    const calls = [1, 2, 3, 4, 5].map(async (number) => answered.push(await note(number, 10 - number)));
    await Promise.all(calls);
    expect(order).toEqual([1, 2, 3, 4, 5]);
    expect(sizes).toEqual([5]);
    expect(answered).toEqual([5, 4, 3, 2, 1]);
  });

  it('are not kept back until the turn ends where there are many', async () => {
    const { note } = await connected().functions<typeof functions>();
    await Promise.all(Array.from({ length: 40 }, (_, number) => note(number, 0)));
    expect(sizes).toEqual([16, 16, 8]);
    expect(order).toEqual(Array.from({ length: 40 }, (_, number) => number));
  });

  it('fail alone where something in them cannot be copied, there or back', async () => {
    const { echo, unsendable } = await connected().functions<typeof functions>();
    const results = await Promise.allSettled([echo(1), echo(() => 2), unsendable(), echo(3)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(String((results[1] as PromiseRejectedResult).reason)).toContain('could not be cloned');
    expect(String((results[2] as PromiseRejectedResult).reason)).toContain('cannot be copied to another thread');
  });

  it('all fail once the thread is gone, those that wait and those that come', async () => {
    const caller = connected();
    const { note } = await caller.functions<typeof functions>();
    const waiting = note(1, 1_000);
    await nextTurn();
    const gone = new Error('The thread is gone');
    caller.fail(gone);
    await expect(waiting).rejects.toBe(gone);
    await expect(note(2, 0)).rejects.toBe(gone);
    expect(order).toEqual([1]);
  });

  it('cannot be made where the other side did not get ready, and say why', async () => {
    const caller = connected(Promise.reject(new StoreUnavailableError('The database is locked')));
    await expect(caller.functions()).rejects.toThrow(new StoreUnavailableError('The database is locked'));
  });

  it('reach only what is there', async () => {
    const answers: Answer[] = [];
    const answerer = new RpcServer((answer) => void answers.push(answer));
    await answerer.open(Promise.resolve(functions));
    answerer.take([[1, 'constructor', []]]);
    await nextTurn();
    expect(answers[1]).toMatchObject([1, undefined, { kind: undefined }]);
  });
});
