import * as pulumi from "@pulumi/pulumi";
import { googleServices } from "../../../components/google";
import { parseConfig } from "../../../model/stack/config";
import { recordRemote } from "../../../tools/lab/rehearse/remote";
import { type Registered, recordRegistrations } from "../../support/mocks";

/* Construction under mocks: which resources Google would be asked for, with which inputs; not what it makes of them. */

const GOOGLE = { project: "p-1", prefix: "binder" };

async function constructed(
  google: Record<string, unknown> | undefined,
  more: Record<string, unknown> = {},
): Promise<Registered[]> {
  const config = parseConfig("probe", {
    role: "proxy",
    domain: "mybinder.org",
    cluster: { kind: "existing", pools: {} },
    federation: {
      members: [
        { name: "one", weight: 1 },
        { name: "a-member-of-a-very-long-name", weight: 1 },
        { name: "theirs", weight: 1, external: { url: "https://binder.example.org" } },
      ],
    },
    ...(google && { google }),
    ...more,
  });
  const registered = await recordRegistrations("probe");
  googleServices(config);
  await pulumi.runtime.disconnect();
  return registered.filter(({ custom }) => custom);
}

const inputsOf = (registered: readonly Registered[], wanted: string): Record<string, unknown> =>
  registered.find(({ name }) => name === wanted)?.inputs ?? {};

test.each([
  ["not said", undefined],
  ["left as it is", { ...GOOGLE, managed: false }],
])("what is %s is not made", async (_, google) => {
  expect(await constructed(google)).toEqual([]);
});

test("a public archive, a private bucket that the sink alone writes to, and no key", async () => {
  const registered = await constructed(GOOGLE);
  const bucket = {
    project: "p-1",
    location: "US",
    uniformBucketLevelAccess: true,
    labels: { "part-of": "mybinder" },
  };
  expect(inputsOf(registered, "events-archive")).toEqual({
    ...bucket,
    name: "binder-events-archive",
    publicAccessPrevention: "inherited",
  });
  expect(inputsOf(registered, "events-archive-readers")).toEqual({
    bucket: "binder-events-archive",
    role: "roles/storage.objectViewer",
    member: "allUsers",
  });
  expect(inputsOf(registered, "events-raw")).toEqual({
    ...bucket,
    name: "binder-events-raw-export",
    publicAccessPrevention: "enforced",
  });
  expect(inputsOf(registered, "events-sink")).toEqual({
    name: "binderhub-events-text-export",
    project: "p-1",
    destination: "storage.googleapis.com/binder-events-raw-export",
    filter: 'logName="projects/p-1/logs/binderhub-events-text"',
    uniqueWriterIdentity: true,
  });
  expect(inputsOf(registered, "events-sink-writer")).toEqual({
    bucket: "binder-events-raw-export",
    role: "roles/storage.objectCreator",
    member: "serviceAccount:events-sink",
  });
  expect(registered.filter(({ type }) => type.includes(":Key"))).toEqual([]);
});

test("each member of ours has an account that may write logs and nothing else; what others run has none", async () => {
  const registered = await constructed(GOOGLE);
  const accounts = registered.filter(({ type }) => type.endsWith(":Account"));
  expect(accounts.map(({ inputs }) => inputs["accountId"])).toEqual([
    "one-events-archiver",
    "a-membe-1bcd21-events-archiver",
  ]);
  expect(registered.filter(({ type }) => type.endsWith(":IAMMember")).map(({ inputs }) => inputs)).toEqual(
    accounts.map(({ name }) => ({
      project: "p-1",
      role: "roles/logging.logWriter",
      member: `serviceAccount:${name}@example.iam.gserviceaccount.com`,
    })),
  );
});

test.each([
  [
    "Bucket",
    { name: "b-events-raw-export", project: "p", uniformBucketLevelAccess: true },
    /could be made public/,
  ],
  ["Bucket", { name: "b-events-archive", project: "p" }, /objects have their own access lists/],
  ["BucketIAMMember", { bucket: "b-events-raw-export", member: "allUsers" }, /gives access to everybody/],
])("a rehearsal refuses a %s of %j", (kind, inputs, message) => {
  const type = `gcp:storage/${kind.replace("B", "b")}:${kind}`;
  expect(() => recordRemote(type, "x", inputs)).toThrow(message);
});

test("a rehearsal takes what the program makes", async () => {
  for (const { type, name, inputs } of await constructed(GOOGLE)) {
    if (type.startsWith("gcp:")) expect(() => recordRemote(type, name, inputs)).not.toThrow();
  }
});

test("a publisher has an account that writes the archive, and reads the export and the costs", async () => {
  const grants = (registered: readonly Registered[]): unknown =>
    registered
      .filter(({ name }) => name.startsWith("events-publisher-"))
      .map(({ inputs }) => [inputs["bucket"], inputs["role"]])
      .sort();
  expect(grants(await constructed(GOOGLE))).toEqual([]);
  const registered = await constructed(GOOGLE, { archivePublisher: { costs: { bucket: "billing" } } });
  expect(inputsOf(registered, "events-publisher")).toEqual({
    project: "p-1",
    accountId: "binder-archive-publisher",
    displayName: "Publisher of launch events",
  });
  expect(grants(registered)).toEqual([
    ["billing", "roles/storage.objectViewer"],
    ["binder-events-archive", "roles/storage.objectUser"],
    ["binder-events-raw-export", "roles/storage.objectViewer"],
  ]);
  expect(grants(await constructed(GOOGLE, { archivePublisher: {} }))).toHaveLength(2);
});
