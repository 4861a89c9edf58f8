/** Something that is counted, by the value of one label. */
export interface CounterDescription<Value extends string = string> {
  name: string;
  help: string;
  label: string;
  /** All that the label can be: each stands there from the start, so that the first of a kind is an increase. */
  values: readonly Value[];
}

/** What the routes of all contexts count for the metrics. */
export class Counters {
  readonly #counters: { description: CounterDescription; counts: Map<string, number> }[] = [];

  /** Makes what counts one more of a value. */
  add<Value extends string>(description: CounterDescription<Value>): (value: Value) => void {
    const counts = new Map<string, number>(description.values.map((value) => [value, 0]));
    this.#counters.push({ description, counts });
    return (value) => counts.set(value, (counts.get(value) ?? 0) + 1);
  }

  all(): readonly { description: CounterDescription; counts: ReadonlyMap<string, number> }[] {
    return this.#counters;
  }
}
