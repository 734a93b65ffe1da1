import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { buildTokenText, newBuildToken, nextStep } from "../../secret/buildToken";
import { buildTokenSecret } from "../../secret/buildTokenSecret";
import { mergeValues, setAt, type Values } from "../../model/schema/plain/mergeValues";
import { checkPages } from "../../tools/operate/members/conformance/pages";
import { BinderHub, binderhubPython, type BinderHubValues } from "../support/binderhub";
import { META_CHART } from "../support/metaChart";

/*
 * Real BinderHubs with the chart's configuration, each a member, or a replica, with a value of the secret that a deploy may
 * leave it with. A page of one asks another for its launch. Nothing is built or launched: there is no cluster.
 */

const HOST = "mybinder.org";
/** Refused by BinderHub after it has looked at the token, and before it asks GitHub: it has no reference. */
const SPEC = "gh/conformance-check";
const python = binderhubPython();

const { binderhub } = parse(readFileSync(join(META_CHART, "values.yaml"), "utf8")) as {
  binderhub: BinderHubValues;
};

/** The chart's values with what the program puts into them for that value of the secret; none: as before it had the secret. */
function valuesWith(text: string | undefined): BinderHubValues {
  const { values, part } = buildTokenSecret;
  const given = text === undefined ? [] : values.map((path) => setAt(path, part?.(text, path)));
  const merged = mergeValues({ binderhub }, ...given)["binderhub"] as Values & BinderHubValues;
  // it counts the event loop, and sends events to Google
  const { "03-build-token-rotation": rotation = "" } = merged.extraConfig;
  return { config: merged.config, extraConfig: { "03-build-token-rotation": rotation } };
}

const INVALID = "Invalid build token";

(python === undefined ? describe.skip : describe)("with real BinderHubs", () => {
  const running: BinderHub[] = [];
  const start = async (...texts: (string | undefined)[]): Promise<BinderHub[]> => {
    const hubs = await Promise.all(texts.map((text) => BinderHub.start(python ?? "", valuesWith(text))));
    running.push(...hubs);
    return hubs;
  };
  afterEach(() => {
    for (const hub of running.splice(0)) hub.stop();
  });

  /** How many of the launches that a page of each asks each other one for are refused for their token. */
  const refused = async (from: BinderHub, at: BinderHub): Promise<boolean> => {
    const message = await at.launch(SPEC, await from.pageToken(SPEC, HOST), HOST);
    expect(message).not.toBe("");
    return message === INVALID;
  };

  test("with one secret, no launch is refused for its page's token; without, every one that goes elsewhere is", async () => {
    const secret = newBuildToken();
    const [a, b, c, d] = await start(secret, secret, undefined, undefined);
    if (!a || !b || !c || !d) throw new Error("not all started");
    const tries = Array.from({ length: 10 }, (_, i) => i);
    const count = async (from: BinderHub, at: BinderHub): Promise<number> => {
      const outcomes = await Promise.all(tries.map(() => refused(from, at)));
      return outcomes.filter(Boolean).length;
    };
    expect([await count(a, b), await count(b, a), await count(a, a)]).toEqual([0, 0, 0]);
    expect([await count(c, d), await count(d, c), await count(c, c)]).toEqual([10, 10, 0]);
  }, 120_000);

  test("members check tells a member that refuses pages of the others from one that takes them", async () => {
    const secret = newBuildToken();
    const [a, b, stranger] = await start(secret, secret, newBuildToken());
    if (!a || !b || !stranger) throw new Error("not all started");
    expect(await checkPages(a.url, [b.url], 10_000)).toEqual({
      check: "pages",
      ok: true,
      found: `accepts launches from pages of ${b.url}`,
    });
    const nobody = "http://127.0.0.1:9";
    expect(await checkPages(stranger.url, [a.url, b.url, nobody], 10_000)).toEqual({
      check: "pages",
      ok: false,
      found:
        `${stranger.url}: refuses launches from pages of ${a.url}, ${b.url}, which sign with another buildTokenSecret ` +
        `(docs/secrets.md); not checked, because they returned no page: ${nobody}`,
    });
  }, 120_000);

  test("a rotation refuses nothing between members that are a step apart; what has expired or is of another site it does", async () => {
    const steps = [{ current: newBuildToken() }];
    for (let step = 0; step < 3; step += 1) steps.push(nextStep(steps[step] ?? { current: "" }));
    const hubs = await start(...steps.map(buildTokenText));
    const outcomes = await Promise.all(
      hubs.map((from) => Promise.all(hubs.map(async (at) => ((await refused(from, at)) ? "refused" : "")))),
    );
    // rows: who served the page; columns: who launches
    expect(outcomes).toEqual([
      ["", "", "", "refused"],
      ["", "", "", "refused"],
      ["refused", "", "", ""],
      ["refused", "", "", ""],
    ]);
    const [, second, third] = hubs;
    if (!second || !third) throw new Error("not all started");
    const token = await second.pageToken(SPEC, HOST);
    expect(await third.launch(SPEC, token, "elsewhere.example.org")).toBe(INVALID);
    expect(await third.launch("gh/another", token, HOST)).toBe(INVALID);
    expect(await third.launch(SPEC, "nonsense", HOST)).toBe(INVALID);
  }, 120_000);
});
