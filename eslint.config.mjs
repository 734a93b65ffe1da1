import { readFileSync } from "node:fs";
import js from "@eslint/js";
import boundaries from "eslint-plugin-boundaries";
import tseslint from "typescript-eslint";

/** Folders, single files, and what each may import, type imports included; docs/architecture.md shows them. */
const { folders, files, model, arrows } = JSON.parse(
  readFileSync(`${import.meta.dirname}/docs/architecture.json`, "utf8"),
);
const place = (name) => (name in files ? { file: { categories: name } } : { element: { type: name } });
const policies = Object.entries(arrows).map(([from, to]) => ({
  from: place(from),
  allow: { to: [from, ...to].flatMap((name) => (name === "model" ? model : [name])).map(place) },
}));

const noProcessEnv = {
  object: "process",
  property: "env",
  message: "Only environment.ts reads the environment; take an Environment as an argument.",
};
const noResourceInApply = {
  selector: "CallExpression[callee.property.name='apply'] NewExpression[callee.type='MemberExpression']",
  message:
    "A resource made inside apply() is invisible to preview. Make it outside and pass outputs as inputs.",
};
const noBareRelease = {
  selector: "NewExpression[callee.property.name='Release']",
  message: "Charts are installed through release() in components/release.ts.",
};
const noWallClock = {
  object: "Date",
  property: "now",
  message:
    "The wall clock jumps. Measure with performance.now(), in apps/ with seconds() of clock.ts; the time of day is new Date().",
};
const noProviders = {
  group: ["@pulumi/kubernetes*", "@pulumi/gcp*", "@pulumi/random*", "@pulumi/command*"],
  message: "model/ knows no resource.",
};

export default tseslint.config(
  { ignores: ["node_modules/", ".build/", "coverage/", "charts/mybinder/files/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/restrict-template-expressions": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      curly: ["error", "multi-line"],
      "max-lines": ["warn", { max: 210, skipBlankLines: true, skipComments: true }],
      "no-restricted-properties": ["error", noProcessEnv, noWallClock],
      "no-restricted-syntax": ["error", noResourceInApply, noBareRelease],
    },
  },
  {
    files: ["*.ts", "{apps,bench,bootstrap,charts,components,live,model,secret,site,tools}/**/*.ts"],
    plugins: { boundaries },
    settings: {
      "boundaries/elements": Object.entries(folders).map(([type, folder]) => ({
        type,
        pattern: `${folder}/**`,
        partialMatch: false,
      })),
      "boundaries/files": Object.entries(files).map(([category, pattern]) => ({ category, pattern })),
      "boundaries/dependency-nodes": ["import", "export", "require", "dynamic-import"],
      "import/resolver": { node: { extensions: [".ts", ".mts", ".js", ".mjs", ".json"] } },
    },
    rules: {
      "boundaries/dependencies": [
        "error",
        {
          default: "disallow",
          message:
            "docs/architecture.md lists what this folder may import; {{dependency.source}} is not of it.",
          policies,
        },
      ],
      "boundaries/no-unknown-files": "error",
    },
  },
  {
    files: ["model/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [noProviders] }] },
  },
  { files: ["environment.ts"], rules: { "no-restricted-properties": "off" } },
  { files: ["components/release.ts"], rules: { "no-restricted-syntax": ["error", noResourceInApply] } },
  {
    files: ["test/**/*.ts"],
    rules: {
      "no-restricted-properties": "off",
      "no-restricted-syntax": "off",
      "max-lines": "off",
      // expect(mock.method) does not call it.
      "@typescript-eslint/unbound-method": "off",
    },
  },
  {
    files: ["**/*.{js,mjs}"],
    languageOptions: {
      globals: { module: "writable", require: "readonly", process: "readonly", __dirname: "readonly" },
    },
  },
);
