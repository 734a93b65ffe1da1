/** For how long a busy minute is remembered, in seconds. */
const MEMORY = 600;
/** Between two notes, in seconds. */
const STEP = 5;

interface Note {
  readonly time: number;
  readonly total: number;
}

/** How many launches arrive, from the counter of HAProxy's redirects. */
export class Arrivals {
  private notes: readonly Note[] = [];
  private total = 0;
  private last: number | undefined;

  /** `window`: seconds in which launches arrive that no count of pods knows. */
  constructor(private readonly window: number) {}

  /** Takes the counter as it is at `time`, in seconds. It begins at 0 again when HAProxy does. */
  note(counter: number, time: number): void {
    this.total += Math.max(
      0,
      this.last === undefined ? 0 : counter < this.last ? counter : counter - this.last,
    );
    this.last = counter;
    const newest = this.notes.at(-1);
    if (newest && time - newest.time < STEP) return;
    const kept = this.notes.filter((note) => time - note.time <= MEMORY + this.window);
    this.notes = [...kept, { time, total: this.total }];
  }

  /** The most launches that arrived within a window lately. */
  get peak(): number {
    const { notes, window } = this;
    let from = 0;
    let most = 0;
    for (const { time, total } of notes) {
      while (time - (notes[from]?.time ?? time) > window) from += 1;
      most = Math.max(most, total - (notes[from]?.total ?? total));
    }
    return most;
  }
}

/**
 * Launches that may arrive at each member before its count of pods shows them: its part of all, by the weights of those that
 * are not known to be ill. Not of those that have room, or the room of one would depend on the room of another.
 */
export function expectedArrivals(
  total: number,
  weights: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const sum = [...weights.values()].reduce((all, weight) => all + weight, 0);
  return new Map([...weights].map(([name, weight]) => [name, sum > 0 ? (total * weight) / sum : 0]));
}
