/** At most so many in each 60 seconds. */
export class PerMinute {
  private taken: number[] = [];

  constructor(
    private readonly most: number,
    private readonly seconds: () => number,
  ) {}

  /** Takes one, where there is one left. */
  take(): boolean {
    const now = this.seconds();
    this.taken = this.taken.filter((at) => at > now - 60);
    if (this.taken.length >= this.most) return false;
    this.taken.push(now);
    return true;
  }
}
