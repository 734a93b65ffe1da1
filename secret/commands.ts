import type { GivenSecret } from "./types";

/** The command that sets a given secret on a stack, for an operator. */
export function settingCommand(
  { key, setWith }: Pick<GivenSecret, "key" | "setWith">,
  stack: string,
): string {
  const general = "npx mybinder secrets set KEY --stack STACK --file FILE";
  return (setWith ?? general).replace("KEY", key).replaceAll("STACK", stack);
}
