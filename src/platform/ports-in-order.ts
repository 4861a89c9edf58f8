import type { Ports } from './module.ts';

/** Ports that record which context looks at them. */
export interface WatchedPorts {
  ports: Ports;
  /** Sets the context that is being opened from now on; undefined once all are. */
  opening(context: string | undefined): void;
}

/**
 * Watches ports while contexts are opened. A port that is set after another context has looked for it comes too late:
 * that context would silently do without it until the process ends.
 */
export function watchPorts(given: Ports): WatchedPorts {
  const missedBy = new Map<PropertyKey, string>();
  let current: string | undefined;
  const ports = new Proxy(given, {
    get(target, port) {
      const found: unknown = Reflect.get(target, port);
      if (found === undefined && current !== undefined && !missedBy.has(port)) missedBy.set(port, current);
      return found;
    },
    set(target, port, value) {
      const other = missedBy.get(port);
      if (other !== undefined && other !== current) {
        throw new Error(
          `${current} gives the port ${String(port)} after ${other} has looked for it: it must come first in the list of modules`,
        );
      }
      return Reflect.set(target, port, value);
    },
  });
  const opening = (context: string | undefined) => {
    current = context;
  };
  return { ports, opening };
}
