/** BinderHub's providers of repositories, by the names of their classes. */
export const PROVIDERS = [
  "GitHubRepoProvider",
  "GistRepoProvider",
  "GitLabRepoProvider",
  "GitRepoProvider",
  "DataverseProvider",
  "ZenodoProvider",
  "FigshareProvider",
  "HydroshareProvider",
  "CKANProvider",
] as const;
export type Provider = (typeof PROVIDERS)[number];
