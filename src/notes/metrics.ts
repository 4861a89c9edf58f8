import type { ReadMetrics } from '#platform/module.ts';
import { noteRepository } from './store/notes.ts';

export const noteMetrics: ReadMetrics = async (tx) => {
  const { standing, struck } = await tx.use(noteRepository).counts();
  return [
    {
      name: 'tpg_notes',
      help: 'Notes of operators on orders and customers, by whether they are struck out.',
      labels: ['state'],
      samples: [
        { labels: { state: 'standing' }, value: standing },
        { labels: { state: 'struck' }, value: struck },
      ],
    },
  ];
};
