import { violations } from "../../support/harbor/check";

/* The server that the setup is tested against has to refuse what Harbor's description does not have. */

test.each([
  ["POST", "/project", {}, {}, "POST /project: there is no such operation"],
  ["PUT", "/robots/x", {}, { name: "a" }, "PUT /robots/x: robot_id is no integer"],
  ["GET", "/robots", { size: "1" }, undefined, "GET /robots: query size is not described"],
  ["GET", "/robots", { page_size: "101" }, undefined, "GET /robots: query page_size is above its maximum"],
  ["GET", "/robots", {}, {}, "GET /robots: a body is not described"],
  ["POST", "/robots", {}, { nme: "a" }, "POST /robots: RobotCreate.nme is not described"],
  [
    "POST",
    "/robots",
    {},
    { duration: "1" },
    "POST /robots: RobotCreate.duration is string, described is integer",
  ],
  ["POST", "/robots", {}, undefined, "POST /robots: RobotCreate is no object"],
  [
    "POST",
    "/robots",
    {},
    { permissions: [{ access: [{ verb: "push" }] }] },
    "POST /robots: RobotCreate.permissions[0].access[0].verb is not described",
  ],
  [
    "PUT",
    "/quotas/1",
    {},
    { hard: { storage: "1" } },
    "PUT /quotas/1: QuotaUpdateReq.hard is no map of integers",
  ],
])("%s %s is seen for what is wrong with it", (method, path, query, body, expected) => {
  const request = {
    method,
    path,
    query: new URLSearchParams(query as Record<string, string>),
    headers: {},
    body,
  };
  expect(violations(request)).toEqual([expected]);
});
