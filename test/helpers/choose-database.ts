import { inject } from 'vitest';
import { usePostgres } from './database.ts';

/** Before each file of tests: the project says which database they are about. */
usePostgres(inject('postgres'));
