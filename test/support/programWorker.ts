import { createRequire } from "node:module";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { recordRegistrations } from "./mocks";

// An output that fails rejects the registrations behind it.
process.once("unhandledRejection", (error: unknown) => {
  process.send?.({ problem: error instanceof Error ? error.message : JSON.stringify(error) });
  process.disconnect();
});

/** Runs the whole program under mocks in a process of its own and sends back every registration. */
process.once(
  "message",
  ({
    root,
    stack,
    config,
    secretKeys,
  }: {
    root: string;
    stack: string;
    config: Record<string, string>;
    secretKeys: string[];
  }) => {
    process.chdir(root);
    recordRegistrations(stack, config, secretKeys)
      .then(async (registered) => {
        createRequire(__filename)(join(root, "index.ts"));
        await pulumi.runtime.disconnect();
        process.send?.({ registered });
      })
      .catch((error: unknown) => {
        process.send?.({ problem: error instanceof Error ? error.message : JSON.stringify(error) });
      })
      .finally(() => {
        if (process.connected) process.disconnect();
      });
  },
);
