/** Something that is wrong with the secrets of the repository. */
export interface SecretProblem {
  /** The file that it is in. */
  readonly file: string;
  readonly problem: string;
  /** What fixes it. */
  readonly fix: string;
}
