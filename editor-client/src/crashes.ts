/** How often the sidecar may crash before the extension stops starting it again. */

export class CrashLimit {
  private times: number[] = [];

  constructor(
    private readonly restarts = 4,
    private readonly windowMs = 3 * 60 * 1000,
  ) {}

  /** Notes a crash; true when another start is in order. */
  allows(now: number): boolean {
    this.times = this.times.filter((time) => now - time < this.windowMs);
    this.times.push(now);
    return this.times.length <= this.restarts;
  }

  /** Forgets the past, for a start that a person asked for. */
  clear(): void {
    this.times = [];
  }
}
