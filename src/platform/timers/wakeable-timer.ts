/** A sleep that can be cut short, for loops that wait until there is something to do. */
export class WakeableTimer {
  #wakeUp: () => void = () => undefined;
  #wasWoken = false;

  /** Ends the current sleep, or the next one if there is none. */
  wake(): void {
    this.#wasWoken = true;
    this.#wakeUp();
  }

  /** Forgets earlier wake-ups: the work that they announced is about to be looked at. */
  reset(): void {
    this.#wasWoken = false;
  }

  /** Sleeps until the time is over or the timer has been woken since its last reset. */
  async sleep(ms: number): Promise<void> {
    if (this.#wasWoken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
