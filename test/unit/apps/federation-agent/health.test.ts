import { allRounds, DEAD, FAILED, healthy, ILL, rounds, type Said, SLOW, WELL } from "./rounds";

describe("a member's health", () => {
  test("its first word counts at once, later changes after rounds in a row", () => {
    expect(healthy(rounds([{ b: DEAD }]))).toEqual(["a", "c"]);
    expect(healthy(rounds([{}, { b: DEAD }]))).toEqual(["a", "b", "c"]);
    expect(healthy(rounds([{}, { b: DEAD }, { b: DEAD }]))).toEqual(["a", "c"]);
    expect(healthy(rounds([{}, { b: DEAD }, {}, { b: DEAD }, {}]))).toEqual(["a", "b", "c"]);
    expect(healthy(rounds([{ b: DEAD }, {}]))).toEqual(["a", "c"]);
    expect(healthy(rounds([{ b: DEAD }, {}, {}]))).toEqual(["a", "b", "c"]);
  });

  test("each check has its own metric, and one that is no longer made has none", () => {
    const [view] = rounds([{ a: { ...WELL, checks: { "Docker registry": false, "JupyterHub API": true } } }]);
    expect(view?.verdict.checks).toEqual({
      reachable: true,
      answers: true,
      health: true,
      versions: true,
      "Docker registry": false,
      "JupyterHub API": true,
      "Pod quota": true,
    });
    expect(rounds([{ a: DEAD }])[0]?.verdict.checks).toEqual({ reachable: false });
    const wrong = { ...DEAD, problem: { kind: "malformed" as const, text: "/versions answered 502" } };
    expect(rounds([{ a: wrong }])[0]?.verdict.checks).toEqual({ reachable: true, answers: false });
  });

  test("a check that is called as one of ours has no say in it", () => {
    const checks = { reachable: false, answers: false, health: false, versions: false, launch: true };
    const [view] = rounds([{ a: { ...WELL, checks } }]);
    expect(view?.verdict.checks).toMatchObject({
      reachable: true,
      answers: true,
      health: true,
      versions: true,
    });
  });
});

describe("a /health that is silent while /versions answers", () => {
  test("is named, and no reason to leave the member", () => {
    const views = rounds([{}, { b: SLOW }, { b: SLOW }, { b: SLOW }, { b: SLOW }]);
    expect(healthy(views)).toEqual(["a", "b", "c"]);
    expect(views[1]?.verdict.checks).toMatchObject({ reachable: true, answers: true, health: false });
  });

  test("does not excuse what it said before or says after: a hub that hangs is left with its name", () => {
    const hung = { ...WELL, checks: { "JupyterHub API": false } };
    const views = rounds([{}, { b: hung }, { b: SLOW }, { b: hung }]);
    expect(healthy(views)).toEqual(["a", "c"]);
    expect(views[1]?.verdict.reason).toBe("JupyterHub API");
  });

  test("does not count as good for a member that is to return", () => {
    expect(healthy(rounds([{ b: ILL }, {}, { b: SLOW }, {}]))).toEqual(["a", "c"]);
    expect(healthy(rounds([{ b: ILL }, {}, { b: SLOW }, {}, {}]))).toEqual(["a", "b", "c"]);
  });

  test("of a member that nobody knows yet: it is believed", () => {
    expect(healthy(rounds([{ b: SLOW }]))).toEqual(["a", "b", "c"]);
  });

  test("keeps the weight as it was", () => {
    const views = rounds([{ b: { ...WELL, load: { used: 85, quota: 100 } } }, { b: SLOW }]);
    expect(views[1]?.state.factor).toBe(0.5);
  });
});

describe("a /health that failed", () => {
  // BinderHub, its API server hanging: one answer of 500, then a minute of its last count, as a good one
  const minute = [FAILED, ...Array.from({ length: 6 }, () => WELL)];
  const bouts = (count: number): { b: typeof WELL }[] =>
    Array.from({ length: count }, () => minute.map((b) => ({ b }))).flat();

  test("the member stays away as long as what it says of its quota may be old", () => {
    const all = allRounds([{}, { b: FAILED }, ...bouts(5)]).map(healthy);
    // left once, and never back in between
    expect(all.slice(3).every((names) => !names.includes("b"))).toBe(true);
  });

  test("it is back once a count must be a new one: after twice the minute, since two replicas take turns", () => {
    const well = (count: number): Said[] => Array.from({ length: count }, () => ({}));
    expect(healthy(rounds([{ b: FAILED }, ...well(12)]))).toEqual(["a", "c"]);
    expect(healthy(rounds([{ b: FAILED }, ...well(13)]))).toEqual(["a", "b", "c"]);
    // other reasons to leave it have nothing to do with the quota
    expect(healthy(rounds([{ b: ILL }, ...well(2)]))).toEqual(["a", "b", "c"]);
  });
});
