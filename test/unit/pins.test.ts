import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { metaChartPins } from "../../charts/metaChart";
import { certManager, upgradeController, upgradeKubectl } from "../../charts/versions";
import { K3S } from "../../model/schema/k3sVersion";
import { stackNames } from "../../model/stack/stackFiles";
import { stackSchema } from "../../model/schema/stack";
import { catalogue } from "../../secret/catalogue";
import { ROOT } from "../../tools/ground/root";

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
const EXACT = /^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(@sha256:[0-9a-f]{64})?$/;

/** The project's packages, and those of the site, which nothing else needs. */
const PACKAGES = ["", "site/"];

test.each(PACKAGES)("every npm package of %spackage.json is pinned exactly", (folder) => {
  const { dependencies, devDependencies } = JSON.parse(read(`${folder}package.json`)) as Record<
    string,
    Record<string, string>
  >;
  const ranges = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !EXACT.test(version),
  );
  expect(ranges).toEqual([]);
});

test("there is one copy of @pulumi/pulumi: a second would split mocks and state", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, unknown> };
  expect(Object.keys(packages).filter((path) => path.endsWith("node_modules/@pulumi/pulumi"))).toEqual([
    "node_modules/@pulumi/pulumi",
  ]);
});

test.each(PACKAGES)(
  "%spackage-lock.json has the optional binaries of every platform, which npm install drops where a registry lacks them",
  (folder) => {
    const { packages } = JSON.parse(read(`${folder}package-lock.json`)) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const locked = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, "")));
    const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies),
    );
    // Missing ones make `npm ci` fail: take them back from git, or run npm install on a machine with the whole registry.
    expect(wanted.filter((name) => !locked.has(name))).toEqual([]);
  },
);

test.each(PACKAGES)(
  "%spackage-lock.json has the checksum of every package, those of other platforms too",
  (folder) => {
    const { packages } = JSON.parse(read(`${folder}package-lock.json`)) as {
      packages: Record<string, { integrity?: string }>;
    };
    const without = Object.entries(packages).flatMap(([path, { integrity }]) =>
      path !== "" && !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? "") ? [path] : [],
    );
    // npm leaves them out for what it did not download: npm view NAME@VERSION dist.integrity
    expect(without).toEqual([]);
  },
);

test.each(PACKAGES)("no package of %spackage.json runs a script when it is installed", (folder) => {
  expect(read(`${folder}.npmrc`).split("\n")).toContain("ignore-scripts=true");
});

test.each(PACKAGES)("%spackage-lock.json records no address of a registry", (folder) => {
  expect(read(`${folder}package-lock.json`)).not.toContain('"resolved": "http');
});

test("every chart is pinned exactly, and Chart.lock agrees with Chart.yaml", () => {
  const pins = metaChartPins(ROOT);
  expect([...pins, certManager].filter(({ version }) => !EXACT.test(version))).toEqual([]);
  const { dependencies } = parse(read("charts/mybinder/Chart.lock")) as { dependencies: unknown };
  expect(dependencies).toEqual(pins.map(({ name, repository, version }) => ({ name, repository, version })));
});

test("no image of ours is unpinned", () => {
  const values = parse(read("charts/mybinder/values.yaml")) as unknown;
  const found: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (value === null || typeof value !== "object") return;
    for (const [key, inner] of Object.entries(value)) {
      if (/^(tag|image|build_image)$/.test(key) && typeof inner === "string") {
        found.push(`${path}.${key}=${inner}`);
      }
      walk(inner, `${path}.${key}`);
    }
  };
  walk(values, "");
  expect(found.length).toBeGreaterThan(2);
  expect(found.filter((entry) => /latest|set-by-chartpress|=$/.test(entry))).toEqual([]);
});

test("the patterns that watch images keep their digests, and can add one", () => {
  const { customManagers, extends: presets } = JSON.parse(read("renovate.json")) as {
    extends: string[];
    customManagers: {
      datasourceTemplate: string;
      matchStrings: string[];
      autoReplaceStringTemplate?: string;
    }[];
  };
  expect(presets).toEqual(expect.arrayContaining(["docker:pinDigests", "helpers:pinGitHubActionDigests"]));
  const images = customManagers.filter(({ matchStrings }) => /image|tag:/.test(matchStrings.join()));
  expect(images.length).toBeGreaterThan(2);
  const digest = `sha256:${"ab".repeat(32)}`;
  const text = [
    `image: "a/b",\n  version: "v1.2.3@${digest}"`,
    `build_image: quay.io/a/b:1.2.3@${digest}`,
    `name: docker.io/a/b\n   tag: 1.2.3@${digest}`,
  ].join("\n");
  for (const { matchStrings, autoReplaceStringTemplate } of images) {
    const [found] = matchStrings.flatMap((pattern) => [...text.matchAll(new RegExp(pattern, "g"))]);
    expect(found?.groups?.["currentDigest"]).toBe(digest);
    expect(found?.groups?.["currentValue"]).toMatch(/^v?1\.2\.3$/);
    // what Renovate would write is what the pattern matched
    const written = (autoReplaceStringTemplate ?? "")
      .replace("{{#if newDigest}}@{{{newDigest}}}{{/if}}", `@${digest}`)
      .replace("{{{newValue}}}", found?.groups?.["currentValue"] ?? "")
      .replace(/\{\{\{(\w+)\}\}\}/g, (_, name: string) => found?.groups?.[name] ?? "");
    expect(written).toBe(found?.[0]);
  }
});

describe("every pin is watched by an updater", () => {
  const { enabledManagers, customManagers } = JSON.parse(read("renovate.json")) as {
    enabledManagers: string[];
    customManagers: { managerFilePatterns: string[]; matchStrings: string[] }[];
  };
  const matches = (file: string): string[] =>
    customManagers
      .filter(({ managerFilePatterns }) =>
        managerFilePatterns.some((pattern) => new RegExp(pattern.slice(1, -1)).test(file)),
      )
      .flatMap(({ matchStrings }) => matchStrings)
      .flatMap((pattern) => [...read(file).matchAll(new RegExp(pattern, "g"))])
      .map(({ groups }) => `${groups?.["depName"] ?? ""} ${groups?.["currentValue"] ?? ""}`);

  test("npm, Go, the meta chart and its values by Renovate's own managers", () => {
    expect(enabledManagers).toEqual(expect.arrayContaining(["npm", "gomod", "helmv3", "helm-values"]));
  });

  test("what workflows install, by Renovate's own manager and patterns of ours; each Node that is supported, once", () => {
    expect(enabledManagers).toContain("github-actions");
    const nodes = matches(".github/workflows/deploy.yml").filter((found) => found.startsWith(" 24."));
    expect(new Set(matches(".github/workflows/deploy.yml"))).toEqual(
      new Set([nodes[0], " 1.26.0", " 3.248.0"]),
    );
    const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
    expect(matches(".github/workflows/deploy.yml")).toContain(` ${dependencies["@pulumi/pulumi"] ?? ""}`);
    const [, supported = ""] = /node: (\[.*\])/.exec(read(".github/workflows/check.yml")) ?? [];
    const majors = (JSON.parse(supported) as string[]).map((version) => Number(version.split(".")[0]));
    expect(majors).toEqual([20, 22, 24]);
  });

  test("charts beside the meta chart, and images that the program names, by patterns of ours", () => {
    expect(matches("charts/versions.ts")).toEqual([
      `${certManager.name} ${certManager.version}`,
      ...[upgradeController, upgradeKubectl].map(({ image, version }) => `${image} ${version}`),
    ]);
    for (const { version } of [upgradeController, upgradeKubectl]) expect(version).toMatch(EXACT);
  });

  test("K3s, the one pin and those of stacks, by a pattern of ours", () => {
    expect(matches("model/schema/k3sVersion.ts")).toEqual([` ${K3S.version}`]);
    const found = stackNames(ROOT).flatMap((stack) => matches(`Pulumi.${stack}.yaml`));
    const pinned = stackNames(ROOT).flatMap(
      (stack) => read(`Pulumi.${stack}.yaml`).match(/v[0-9.]+\+k3s[0-9]+/g) ?? [],
    );
    expect(found).toEqual(pinned.map((version) => ` ${version}`));
    expect(found.length).toBeGreaterThan(0);
  });

  test("every image of values.yaml by helm-values (repository and tag) or a pattern of ours", () => {
    const values = read("charts/mybinder/values.yaml");
    const inline = [...values.matchAll(/^ *(?:image|build_image): (\S+):(\S+)$/gm)];
    const tagged = [...values.matchAll(/^ *(repository|name): (\S+)\n +tag: (\S+)/gm)];
    expect([...values.matchAll(/^ *tag:/gm)]).toHaveLength(tagged.length);
    const ours = [
      ...inline.map(([, image = "", tag = ""]) => `${image} ${tag}`),
      ...tagged.flatMap(([, key, image = "", tag = ""]) => (key === "name" ? [`${image} ${tag}`] : [])),
    ];
    expect(ours.length).toBeGreaterThan(2);
    expect(matches("charts/mybinder/values.yaml").sort()).toEqual(ours.sort());
  });
});

test("Pulumi.yaml declares every config key there is, with a description, and marks the secret ones", () => {
  const { config } = parse(read("Pulumi.yaml")) as {
    config: Record<string, { description?: string; secret?: boolean }>;
  };
  const shapes = stackSchema.options.flatMap((option) => Object.keys(option.shape));
  const secrets = catalogue.flatMap(({ key, source }) => (source === "given" ? [key] : []));
  const expected = [...new Set([...shapes, ...secrets])].map((key) => `mybinder:${key}`).sort();
  expect(Object.keys(config).sort()).toEqual(expected);
  expect(Object.entries(config).filter(([, { description }]) => !description)).toEqual([]);
  const marked = Object.entries(config).flatMap(([key, { secret }]) => (secret ? [key] : []));
  expect(marked.sort()).toEqual(secrets.map((key) => `mybinder:${key}`).sort());
});

test("no stack file holds a secret in plain text, and each disables the default providers", () => {
  const files = readdirSync(ROOT).filter((file) => /^Pulumi\..+\.yaml$/.test(file));
  expect(files.length).toBeGreaterThan(5);
  for (const file of files) {
    const { config } = parse(read(file)) as { config: Record<string, unknown> };
    expect(config["pulumi:disable-default-providers"]).toEqual(["kubernetes", "gcp"]);
    for (const { key } of catalogue) expect(typeof config[`mybinder:${key}`]).not.toBe("string");
  }
});
