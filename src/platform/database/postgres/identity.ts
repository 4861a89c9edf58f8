import type pg from 'pg';
import { StoreReplacedError } from '#platform/database/errors.ts';

/**
 * Detects that the database was replaced while the server is running: a restored backup has fewer commits than this
 * server has seen, and another database has another stamp. Each commit that wrote something is counted in the same
 * message that commits, so that counting takes no extra round trip.
 */
export class PostgresIdentity {
  readonly #stamp: string;
  #lastCommits: string;
  #replaced: StoreReplacedError | undefined;

  private constructor(stamp: string, commits: string) {
    this.#stamp = stamp;
    this.#lastCommits = commits;
  }

  static async of(pool: Pick<pg.Pool, 'query'>): Promise<PostgresIdentity> {
    const { rows } = await pool.query<{ stamp: string; commits: string }>(
      'select stamp, commits from database_identity',
    );
    const [row] = rows;
    if (row === undefined) throw new StoreReplacedError('The row of database_identity was removed');
    return new PostgresIdentity(row.stamp, row.commits);
  }

  /** The statement that counts the commit that it is sent with. */
  get countCommit(): string {
    return `update database_identity set commits = lpad((commits::bigint + 1)::text, 20, '0')
      where stamp = '${this.#stamp}' returning commits`;
  }

  /** Checks the result of `countCommit`. @throws {StoreReplacedError} */
  checkCounted(rows: readonly { commits?: unknown }[]): void {
    const commits = rows[0]?.commits;
    if (typeof commits !== 'string' || commits <= this.#lastCommits) {
      this.#replaced ??= new StoreReplacedError(
        'The database was replaced by another, or an older backup was restored,',
      );
      throw this.#replaced;
    }
    this.#lastCommits = commits;
  }

  /** @throws {StoreReplacedError} once the database was found to be another. */
  check(): void {
    if (this.#replaced !== undefined) throw this.#replaced;
  }
}
