import {
  BUILD_TOKEN_TEXT,
  buildTokenText,
  isStepAfter,
  newBuildToken,
  nextStep,
  parseBuildToken,
} from "../../../secret/buildToken";
import { buildTokenSecret } from "../../../secret/buildTokenSecret";

const A = "a".repeat(64);
const B = "b".repeat(64);

test("a rotation is three steps: both are accepted, then the new one signs, then the old one is gone", () => {
  const texts = [A];
  for (let step = 0; step < 3; step += 1) {
    texts.push(buildTokenText(nextStep(parseBuildToken(texts[step] ?? ""), () => B)));
  }
  expect(texts).toEqual([A, `${A} next:${B}`, `${B} previous:${A}`, B]);
  expect(
    texts
      .slice(1)
      .map((text, index) => isStepAfter(parseBuildToken(text), parseBuildToken(texts[index] ?? ""))),
  ).toEqual([true, true, true]);
  expect(isStepAfter({ current: B }, { current: A })).toBe(false);
  expect(isStepAfter({ current: A, next: B }, { current: B })).toBe(false);
});

test("what signs goes to BinderHub's own setting, the other one to what is accepted besides", () => {
  const { values, part } = buildTokenSecret;
  const parts = (text: string): unknown[] => values.map((path) => part?.(text, path));
  expect(values).toEqual([
    "binderhub.config.BinderHub.build_token_secret",
    "binderhub.config.BuildTokenRotation.accepted",
  ]);
  expect(parts(`${A}\n`)).toEqual([A, []]);
  expect(parts(`${A} next:${B}`)).toEqual([A, [B]]);
  expect(parts(`${B} previous:${A}`)).toEqual([B, [A]]);
});

test("a drawn one is 32 bytes in hex, each another", () => {
  expect(newBuildToken()).toMatch(BUILD_TOKEN_TEXT);
  expect(newBuildToken()).not.toBe(newBuildToken());
});

test.each(["", "hunter2", A.slice(1), A.slice(34), A + A + A, `${A} ${B}`, `${A} next:${B} previous:${B}`])(
  "%j is no build token secret, and the error shows none of it",
  (text) => {
    expect(() => parseBuildToken(text)).toThrow(new Error("not a build token secret"));
  },
);
