import { inject } from 'vitest';
import { usePostgres } from '#test/database/database.ts';

/** Before each file of tests: the project says which database they are about. */
usePostgres(inject('postgres'));
