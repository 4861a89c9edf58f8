/** The payload of each type of event: each context adds its own. */
// biome-ignore lint/suspicious/noEmptyInterface: contexts add to it.
export interface Events {}

export type EventType = keyof Events & string;

/** A context and the types of its events. */
interface WithEvents {
  readonly name: string;
  readonly events?: readonly EventType[];
}

/** The types of the events of all contexts. @throws {Error} if two contexts have an event of the same type. */
export function eventTypesOf(contexts: readonly WithEvents[]): readonly EventType[] {
  const owners = new Map<EventType, string>();
  for (const { name, events = [] } of contexts) {
    for (const type of events) {
      const other = owners.get(type);
      if (other !== undefined) throw new Error(`${name} has an event of the type ${type}, which is one of ${other}`);
      owners.set(type, name);
    }
  }
  return [...owners.keys()];
}
