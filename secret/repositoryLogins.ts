import type { StackConfig } from "../model/schema/stack";
import { BINDER_RESTARTS } from "./banned";
import { settingCommand } from "./commands";
import { always, serves } from "./needs";
import type { GivenSecret } from "./types";

type Login = Omit<GivenSecret, "source" | "placeholder">;

const common = { usedBy: "BinderHub", optional: always, neededBy: serves } as const;
const GITHUB = "binderhub.config.GitHubRepoProvider";
const GITLAB = "binderhub.config.GitLabRepoProvider";
const READS_ALL =
  "BinderHub clones with it, so everybody can launch what it can read: it must see nothing that is private";

/** What BinderHub asks the sites of repositories with: what a branch is at now, once for each launch. */
export const repositoryLogins: readonly Login[] = [
  {
    ...common,
    key: "githubClientId",
    purpose: "client ID of an OAuth app at GitHub; with its secret 5,000 lookups an hour instead of 60",
    shape: "name",
    values: [`${GITHUB}.client_id`],
    pairedWith: "githubClientSecret",
    shared: "it is a name, worth nothing without its secret",
    rotation: {
      renew:
        "make another OAuth app in the settings of an account at GitHub (Developer settings); it needs no rights",
      effect: BINDER_RESTARTS,
      revoke: "delete the old app there",
    },
  },
  {
    ...common,
    key: "githubClientSecret",
    purpose: "client secret of that OAuth app",
    shape: "token",
    values: [`${GITHUB}.client_secret`],
    pairedWith: "githubClientId",
    rotation: {
      renew: "generate a new client secret of the OAuth app at GitHub; the old one works until it is deleted",
      effect: BINDER_RESTARTS,
      revoke: "delete the old client secret at GitHub",
    },
  },
  {
    ...common,
    key: "githubAccessToken",
    purpose: `token of an account at GitHub, in place of an OAuth app. ${READS_ALL}`,
    shape: "token",
    values: [`${GITHUB}.access_token`],
    rotation: {
      renew: "make another token at GitHub, with access to public repositories alone",
      effect: BINDER_RESTARTS,
      revoke: "delete the old token at GitHub",
    },
  },
  {
    ...common,
    key: "gitlabPrivateToken",
    purpose: `access token of an account at GitLab. ${READS_ALL}`,
    shape: "token",
    values: [`${GITLAB}.private_token`],
    rotation: {
      renew: "make another access token at GitLab, with the scope read_api",
      effect: BINDER_RESTARTS,
      revoke: "revoke the old token at GitLab",
    },
  },
  {
    ...common,
    key: "gitlabAccessToken",
    purpose: "OAuth token of an account at GitLab, in place of an access token",
    shape: "token",
    values: [`${GITLAB}.access_token`],
    rotation: {
      renew: "make another OAuth token at GitLab",
      effect: BINDER_RESTARTS,
      revoke: "revoke the old token at GitLab",
    },
  },
];

/**
 * What to tell an operator of a member on the internet that asks GitHub without saying who it is; `undefined` for others.
 * The limit is GitHub's for an address (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api).
 */
export function githubWarning(
  stack: string,
  config: StackConfig,
  isSet: (key: string) => boolean,
): string | undefined {
  const public_ = serves(config) && config.certificates.tls;
  if (!public_ || isSet("githubClientSecret") || isSet("githubAccessToken")) return undefined;
  const commands = repositoryLogins
    .filter(({ key }) => key.startsWith("githubClient"))
    .map((secret) => `  ${settingCommand(secret, stack)}`);
  return (
    `stack ${stack}: no GitHub credentials are set. Without them GitHub allows 60 lookups an hour per address, and ` +
    `further launches from GitHub in that hour fail. An OAuth app raises the limit to 5,000:\n${commands.join("\n")}`
  );
}
