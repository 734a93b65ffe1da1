import type { z } from "zod";
import type { PlacedPattern } from "../model/values/pattern/places";

/** What a secret of one kind looks like. No message of it ever holds a part of the value. */
export interface Shape {
  /** In words, for the message when a value is refused. */
  readonly wanted: string;
  readonly schema: z.ZodType;
  /** `yaml`: the schema is that of the parsed text. `text`: of the text, white space around it removed. */
  readonly form: "yaml" | "text";
  /** The patterns in it that Python compiles. Called with a value that has the schema. */
  readonly patterns?: (value: unknown) => PlacedPattern[];
  /** What else is wrong with a value that has the schema; shows nothing of it. */
  readonly problems?: (value: unknown) => string[];
  /** The parts that give access, and so must not be the same on two stacks. Called with a value of the shape. */
  readonly credentials: (text: string) => string[];
  /** When the access ends, where the value says so. */
  readonly expiry?: (text: string) => Date | undefined;
  /** A value of the shape without any worth, with `word` in each text of it. */
  readonly sample: (word: string) => string;
}
