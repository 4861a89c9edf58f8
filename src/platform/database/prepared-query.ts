import type { Compilable, CompiledQuery, Kysely, QueryExecutorProvider, QueryResult, RawBuilder } from 'kysely';

/** A placeholder in a query for a value that is bound later. */
class Placeholder {
  readonly name: PropertyKey;

  constructor(name: PropertyKey) {
    this.name = name;
  }
}

/** The placeholder of the value with this name, which is bound at each execution. */
export type ValueOf<Values extends object> = <Name extends keyof Values>(name: Name) => Values[Name];

/** Columns bound to the values of the same names, for rows that are written whole. */
export function columnsOf<Values extends object, Column extends keyof Values>(
  value: ValueOf<Values>,
  columns: readonly Column[],
): Pick<Values, Column> {
  return Object.fromEntries(columns.map((column) => [column, value(column)])) as Pick<Values, Column>;
}

/**
 * Makes a query whose text is built once, at its first use: building takes Kysely twice as long as SQLite takes to run a
 * small query. For the queries of every request; elsewhere the plain builder reads better.
 * @param build builds the query, with `value('name')` for each value that is bound later. It must not look at the values.
 */
export function preparedQuery<Values extends object, Row = unknown>(
  database: Pick<Kysely<unknown>, 'executeQuery'>,
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

/** The same for a query that is written as text. */
export function preparedText<Values extends object, Row = unknown>(
  database: Pick<Kysely<unknown>, 'executeQuery' | 'getExecutor'>,
  build: (value: ValueOf<Values>) => RawBuilder<Row>,
): (values: Values) => Promise<QueryResult<Row>> {
  return preparedQuery(database, (value) => ({
    compile: () => build(value).compile(database as QueryExecutorProvider),
  }));
}

function prepare<Values extends object, Row>(build: (value: ValueOf<Values>) => Compilable<Row>) {
  const query = build((name) => new Placeholder(name) as never).compile();
  return {
    query,
    names: query.parameters.map((parameter) => (parameter instanceof Placeholder ? parameter.name : undefined)),
  };
}

/** Memoises by a list of names. There must be few lists: names of the program itself, never from outside. */
export function memoizeByNames<Names extends readonly string[], Made>(
  make: (names: Names) => Made,
): (names: Names) => Made {
  const made = new Map<string, Made>();
  return (names) => {
    const key = names.join(' ');
    const kept = made.get(key) ?? make(names);
    made.set(key, kept);
    return kept;
  };
}
