import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stackNames } from "../../../../model/stack/stackFiles";
import { stackValues } from "../../../../model/values";
import { FRONT_PAGE, frontPageValues } from "../../../../model/values/frontPage";
import { ROOT } from "../../../../tools/ground/root";
import { loadStackFile } from "../../../../tools/ground/stackFile/stacks";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mybinder-front-page-"));
  writeFileSync(join(folder, "banner.html"), "for all");
  writeFileSync(join(folder, "about.html"), "about");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const write = (file: string, text: string): void => {
  mkdirSync(join(folder, "one"), { recursive: true });
  writeFileSync(join(folder, "one", file), text);
};

test("a stack's own file takes the place of the one for all", () => {
  write("banner.html", "for one");
  expect(frontPageValues("one", folder)).toEqual({ banner_message: "for one", about_message: "about" });
  expect(frontPageValues("two", folder)).toEqual({ banner_message: "for all", about_message: "about" });
});

test("an empty file, and none at all, show nothing", () => {
  write("banner.html", "");
  rmSync(join(folder, "about.html"));
  expect(frontPageValues("one", folder)).toEqual({ banner_message: "", about_message: "" });
});

test("a file that nothing reads is refused by name", () => {
  writeFileSync(join(folder, "abuot.html"), "a slip");
  expect(() => frontPageValues("one", folder)).toThrow(
    /front-page\/abuot\.html: nothing reads it; allowed: banner\.html, about\.html$/,
  );
  rmSync(join(folder, "abuot.html"));
  write("baner.html", "a slip");
  expect(() => frontPageValues("one", folder)).toThrow(
    "front-page/one/baner.html: nothing reads it; allowed: banner.html, about.html",
  );
});

test("each folder is that of a stack that serves launches", () => {
  const folders = readdirSync(FRONT_PAGE, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const serving = stackNames(ROOT).filter((name) => loadStackFile(name).stack.member);
  expect(serving).toEqual(expect.arrayContaining(folders));
});

test("members have the texts in BinderHub's settings, and an override still wins", () => {
  const settings = (changes: Record<string, unknown>): unknown =>
    (
      stackValues(loadStackFile("bids-ovh", changes).stack) as {
        binderhub: { config: { BinderHub: unknown } };
      }
    ).binderhub.config.BinderHub;
  expect(settings({})).toMatchObject(frontPageValues("bids-ovh"));
  const values = { binderhub: { config: { BinderHub: { banner_message: "from the stack file" } } } };
  const overrides = [{ reason: "an event at this member", values }];
  expect(settings({ overrides })).toMatchObject({ banner_message: "from the stack file" });
});
