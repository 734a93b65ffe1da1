import type { Consumer } from "./consumer";

/** What HAProxy shares with the agent: its socket, and the table. */
const SHARED = "/var/run/federation";

/** `haproxy -c` on the ConfigMap of the federation proxy; the maps that the agent writes are empty. */
export const haproxy: Consumer = {
  name: "HAProxy",
  program: "haproxy",
  debianPackage: "haproxy",
  file: "haproxy.cfg",
  place: (files, folder) => {
    const written = Object.values(files).flatMap((text) =>
      [...text.matchAll(/\/var\/run\/federation\/([\w.-]+\.map)\b/g)].map(([, name = ""]) => [name, ""]),
    );
    const placed = Object.entries(files).map(([name, text]) => [name, text.replaceAll(SHARED, folder)]);
    return Object.fromEntries([...written, ...placed]) as Record<string, string>;
  },
  args: (folder) => ["-c", "-f", `${folder}/haproxy.cfg`],
  objections: (printed) =>
    [...printed.matchAll(/^\[ALERT\]\s+\(\d+\) : (.*)$/gm)].map(([, line = ""]) => line),
};
