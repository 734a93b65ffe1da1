import { resolve } from "node:path";
import { prepare } from "./prepare";

// Pulumi starts the program in bootstrap/.
export const { backend, secretsProviders, variables, s3Buckets, s3Keys, nameServers } = prepare(
  resolve(".."),
);
