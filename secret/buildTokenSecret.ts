import { BUILD_TOKEN, buildTokens } from "./buildToken";
import type { GivenSecret } from "./types";

/** Where BinderHub signs with it: pages that it serves. */
const SIGNS = "binderhub.config.BinderHub.build_token_secret";
/** What it accepts besides, read by extraConfig `03-build-token-rotation` of the chart. */
const ACCEPTS = "binderhub.config.BuildTokenRotation.accepted";

/** What the value of the secret puts at a path of the chart's values. */
function buildTokenPart(value: unknown, path: string): unknown {
  const [current, ...others] = buildTokens(String(value));
  return path === SIGNS ? current : others;
}

/** The secret that the members of a federation share. */
export const buildTokenSecret: Omit<GivenSecret, "source" | "placeholder" | "neededBy"> = {
  key: BUILD_TOKEN,
  purpose:
    "signs the pages of a federation's members, so that each launches what another one's page asks for",
  usedBy: "BinderHub",
  shape: "build-token",
  values: [SIGNS, ACCEPTS],
  part: buildTokenPart,
  scope: "federation",
  setWith: "npx mybinder secrets share buildTokenSecret --stack STACK",
  rotation: {
    renew:
      "npx mybinder secrets rotate buildTokenSecret --stack STACK, three times, each before a deploy of all members",
    effect: "BinderHub restarts",
    revoke: "nothing more: with the deploys of the third step no member accepts it",
  },
};
