/** A counter with one label. */
export interface CounterDescription<Value extends string = string> {
  name: string;
  help: string;
  label: string;
  /** All values of the label: each is exported from the start, so that the first event shows as an increase. */
  values: readonly Value[];
}

/** The counters of all contexts' routes. */
export class Counters {
  readonly #counters: { description: CounterDescription; counts: Map<string, number> }[] = [];

  /** Adds a counter and returns the function that increments it. */
  add<Value extends string>(description: CounterDescription<Value>): (value: Value) => void {
    const counts = new Map<string, number>(description.values.map((value) => [value, 0]));
    this.#counters.push({ description, counts });
    return (value) => counts.set(value, (counts.get(value) ?? 0) + 1);
  }

  all(): readonly { description: CounterDescription; counts: ReadonlyMap<string, number> }[] {
    return this.#counters;
  }
}
