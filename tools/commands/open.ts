import { Command } from "commander";
import { environment } from "../../environment";
import { toStderr } from "../ground/terminal/report";
import { interruptSignal } from "../ground/terminal/signals";
import { type OpenProxy, openProxy, proxyUrl } from "../lab/proxy";

const STACK = "local";

/** `mybinder open`: the front page of stack local on loopback, as `npm start` deployed it. */
export function openCommand(): Command {
  return new Command("open")
    .description(
      "Serve the front page of stack local on this machine, as npm start deployed it, and print its address",
    )
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      "\nThe real HAProxy (package haproxy) and the federation agent run in the background until npm stop. After a change, run it\n" +
        "again: the address stays the same.\n\nBinderHub is not served: the nodes of the control plane are simulated and run no containers. So the front page says\n" +
        "that no member is available, and so does a launch. The status page, redirects, badges and bans are real.",
    )
    .action(async ({ json }: { json?: true }) => {
      const signal = interruptSignal();
      const opened = await openProxy({ stack: STACK, environment: environment(), report: toStderr, signal });
      if (json) {
        process.stdout.write(`${JSON.stringify({ url: proxyUrl(opened, "/"), ...opened }, undefined, 2)}\n`);
        return;
      }
      process.stdout.write(textOf(opened));
    });
}

function textOf(opened: OpenProxy): string {
  const url = (path: string): string => proxyUrl(opened, path);
  return `The front page of stack local ${opened.started ? "is" : "was already"} at
  ${url("/")}
Its status page says how the member is:
  ${url("/status")}

HAProxy and the federation agent run here as stack local deploys them. BinderHub does not: the nodes are simulated and run no
containers. So the front page and every launch say that no member is available.
Their logs are in ${opened.logs}
To stop them and the control plane, run:
  npm stop
`;
}
