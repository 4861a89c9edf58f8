import type { Compilable, CompiledQuery, Kysely } from 'kysely';
import type { Tables } from './database.ts';

/** Stands in a query for a value that comes later. */
class Placeholder {
  readonly name: PropertyKey;

  constructor(name: PropertyKey) {
    this.name = name;
  }
}

/** What a prepared query answers. */
export interface PreparedResult<Row> {
  rows: Row[];
  /** Of an insert, update or delete. */
  affectedRows: bigint;
}

/** Stands for the value of this name that comes with each run of a prepared query. */
export type ValueOf<Values extends object> = <Name extends keyof Values>(name: Name) => Values[Name];

/** Columns that get the values of their own names, for rows that are written whole. */
export function columnsOf<Values extends object, Column extends keyof Values>(
  value: ValueOf<Values>,
  columns: readonly Column[],
): Pick<Values, Column> {
  return Object.fromEntries(columns.map((column) => [column, value(column)])) as Pick<Values, Column>;
}

/**
 * Makes a query whose text is built once, at its first use: building costs Kysely twice the time that SQLite takes to
 * run a small query. For the queries of every request; elsewhere the plain builder reads better.
 * @param build writes the query, with `value('name')` wherever a value comes later. It must not look at the values.
 */
export function preparedQuery<Values extends object, Row = unknown>(
  database: Kysely<Tables>,
  build: (value: ValueOf<Values>) => Compilable<Row>,
): (values: Values) => Promise<PreparedResult<Row>> {
  let compiled: CompiledQuery<Row> | undefined;
  return async (values) => {
    compiled ??= build((name) => new Placeholder(name) as never).compile();
    const parameters = compiled.parameters.map((parameter) =>
      parameter instanceof Placeholder ? values[parameter.name as keyof Values] : parameter,
    );
    const { rows, numAffectedRows } = await database.executeQuery<Row>({ ...compiled, parameters });
    return { rows, affectedRows: numAffectedRows ?? 0n };
  };
}
