/** The time of day, as a port: tests own it, and nothing in the engine asks the machine. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
