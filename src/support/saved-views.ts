import type { PlatformContext } from '#platform/context.ts';
import { DomainError } from './errors.ts';
import { type SavedView, savedViewRepository } from './store/saved-views.ts';

/** They stand in one line above a list. */
export const MAX_SAVED_VIEWS = 20;

/** Lists that people have given names: each has their own. They change no order and no money. */
export function savedViews({ store, clock }: Pick<PlatformContext, 'store' | 'clock'>) {
  return {
    of: (owner: string): Promise<SavedView[]> => store.read((tx) => tx.use(savedViewRepository).of(owner)),

    /** @throws {DomainError} `too_many_saved_views` */
    save: (owner: string, view: Omit<SavedView, 'id'>): Promise<void> => {
      const now = clock.now();
      return store.run(async (tx) => {
        const views = await tx.use(savedViewRepository).of(owner);
        const isNew = !views.some(({ name }) => name === view.name);
        if (isNew && views.length >= MAX_SAVED_VIEWS)
          throw new DomainError('too_many_saved_views', String(MAX_SAVED_VIEWS));
        await tx.use(savedViewRepository).save(owner, view, now);
      });
    },

    /** One that is not there is forgotten already. */
    forget: (owner: string, id: bigint): Promise<boolean> =>
      store.run((tx) => tx.use(savedViewRepository).forget(owner, id)),
  };
}
