import js from "@eslint/js";
import tseslint from "typescript-eslint";

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
const noTools = { group: ["**/tools/**", "../tools/*", "./tools/*"], message: "Nothing imports tools." };
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
    files: ["index.ts", "model/**", "components/**", "charts/**", "secret/**", "apps/**"],
    rules: { "no-restricted-imports": ["error", { patterns: [noTools] }] },
  },
  {
    files: ["model/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [noTools, noProviders] }] },
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
