import { Option } from 'commander';

/** Which database a command works on: the one of the server's settings, unless told. */
export function databaseOption(): Option {
  return new Option('-d, --database <url>', 'the database; without it TPG_DATABASE_URL, from the environment or .env');
}
