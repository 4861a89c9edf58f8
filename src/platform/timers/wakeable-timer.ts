/** A sleep that others can end. For loops that wait until there is something to do. */
export class Alarm {
  #wakeUp: () => void = () => undefined;
  #hasRung = false;

  /** Ends the sleep, or the next one where nobody sleeps now. */
  ring(): void {
    this.#hasRung = true;
    this.#wakeUp();
  }

  /** Forgets that it has rung: what there was to do is being looked at. */
  reset(): void {
    this.#hasRung = false;
  }

  /** Sleeps until the time is over or the alarm has rung since its last reset. */
  async sleep(ms: number): Promise<void> {
    if (this.#hasRung) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
