import dns, { type LookupAddress } from "node:dns";
import { Names } from "../../../../apps/federation-agent/names";

/* The system's resolver is played: nothing here could make that of the machine hang. */

type Answer = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;
const ADDRESS: LookupAddress = { address: "192.0.2.7", family: 4 };
const NOT_FOUND = Object.assign(new Error("getaddrinfo ENOTFOUND a.example.org"), { code: "ENOTFOUND" });

let names: Names;
/** Questions that the resolver has, and has not answered. */
let asked: Answer[];
beforeEach(() => {
  jest.useFakeTimers();
  names = new Names();
  asked = [];
  jest.spyOn(dns, "lookup").mockImplementation(((_host: string, _options: unknown, answer: Answer) => {
    asked.push(answer);
  }) as unknown as typeof dns.lookup);
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

/** What a look-up has come to so far: an address, an error, or nothing yet. */
function find(): { found: string | undefined } {
  const result: { found: string | undefined } = { found: undefined };
  names.lookup("a.example.org", {}, (error, address) => {
    result.found = error?.message ?? (typeof address === "string" ? address : undefined);
  });
  return result;
}

test("while the name server says no, the last address counts; before there was one, its word does", () => {
  const first = find();
  asked.shift()?.(NOT_FOUND, []);
  expect(first.found).toBe(NOT_FOUND.message);
  const second = find();
  asked.shift()?.(null, [ADDRESS]);
  expect(second.found).toBe(ADDRESS.address);
  const third = find();
  asked.shift()?.(NOT_FOUND, []);
  expect(third.found).toBe(ADDRESS.address);
});

test("while it hangs, the last address counts after two seconds, and it is asked once at a time", () => {
  find();
  asked.shift()?.(null, [ADDRESS]);
  const waiting = [find(), find()];
  jest.advanceTimersByTime(1999);
  expect(waiting.map(({ found }) => found)).toStrictEqual([undefined, undefined]);
  jest.advanceTimersByTime(1);
  expect(waiting.map(({ found }) => found)).toEqual([ADDRESS.address, ADDRESS.address]);
  expect(asked).toHaveLength(1);
  // what it says in the end is for the next one
  asked.shift()?.(null, [{ address: "192.0.2.8", family: 4 }]);
  const next = find();
  jest.advanceTimersByTime(2000);
  expect(next.found).toBe("192.0.2.8");
});
