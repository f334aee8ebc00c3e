/** Runs named steps one after the other, tells each with its duration on stderr, and keeps the record. */
export class Steps {
  /** @type {{name: string, status: "done" | "there" | "failed", seconds: number}[]} */
  record = [];

  /** @param {(line: string) => void} say */
  constructor(say) {
    this.say = say;
  }

  /**
   * @param {string} name
   * @param {() => boolean | Promise<boolean>} isDone whether there is nothing to do
   * @param {() => void | Promise<void>} work
   */
  async run(name, isDone, work) {
    const began = performance.now();
    const seconds = () => Math.round((performance.now() - began) / 100) / 10;
    try {
      if (await isDone()) {
        this.record.push({ name, status: "there", seconds: seconds() });
        return;
      }
      this.say(`… ${name}`);
      await work();
      this.record.push({ name, status: "done", seconds: seconds() });
      this.say(`✓ ${name}: ${seconds()} s`);
    } catch (error) {
      this.record.push({ name, status: "failed", seconds: seconds() });
      throw error;
    }
  }

  /** Seconds of all steps. */
  get seconds() {
    return Math.round(this.record.reduce((sum, step) => sum + step.seconds, 0) * 10) / 10;
  }
}
