/** What became of one registration in a rehearsal. */
export type Action = "created" | "updated" | "unchanged" | "ran" | "recorded";

/** One registration of the program, as it ended. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  /** Name of the component it stands under; `""` for the stack itself. */
  readonly component: string;
  readonly action: Action;
  readonly seconds: number;
  /** Kubernetes objects by kind; a release's hooks are counted with them. */
  readonly objects: Readonly<Record<string, number>>;
}

/** What the worker tells the command while the program runs. */
export type Message =
  | { readonly kind: "started"; readonly type: string; readonly name: string }
  | { readonly kind: "progress"; readonly text: string }
  | ({ readonly kind: "registered" } & Registration)
  | { readonly kind: "failed"; readonly type: string; readonly name: string; readonly reason: string }
  /** What is wrong with the objects as a whole, when each of them was accepted. */
  | { readonly kind: "problem"; readonly text: string }
  /** What was left out, and what would be needed for it. */
  | { readonly kind: "notice"; readonly text: string }
  | { readonly kind: "done"; readonly ok: boolean; readonly problem?: string };
