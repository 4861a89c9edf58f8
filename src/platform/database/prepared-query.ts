import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { Tables } from './tables.ts';

/** Stands in a query for a value that comes later. */
class Placeholder {
  readonly name: PropertyKey;

  constructor(name: PropertyKey) {
    this.name = name;
  }
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
): (values: Values) => Promise<QueryResult<Row>> {
  let prepared: { query: CompiledQuery<Row>; names: (PropertyKey | undefined)[] } | undefined;
  return (values) => {
    prepared ??= prepare(build);
    const { query, names } = prepared;
    const parameters = names.map((name, index) =>
      name === undefined ? query.parameters[index] : values[name as keyof Values],
    );
    return database.executeQuery<Row>({ ...query, parameters });
  };
}

function prepare<Values extends object, Row>(build: (value: ValueOf<Values>) => Compilable<Row>) {
  const query = build((name) => new Placeholder(name) as never).compile();
  return {
    query,
    names: query.parameters.map((parameter) => (parameter instanceof Placeholder ? parameter.name : undefined)),
  };
}

/** Keeps what is made for each list of names. They must be few: the program's own, not what comes from outside. */
export function perNames<Name extends string, Made>(
  make: (names: readonly Name[]) => Made,
): (names: readonly Name[]) => Made {
  const made = new Map<string, Made>();
  return (names) => {
    const key = names.join(' ');
    const kept = made.get(key) ?? make(names);
    made.set(key, kept);
    return kept;
  };
}
