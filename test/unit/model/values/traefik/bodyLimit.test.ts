import { above } from "../../../../../model/values/traefik/bodyLimit";

test.each([1, 9, 10, 99, 999, 1_000, 8_191, 64_000_000, 1_073_741_824])(
  "numbers above %d are found, and no other",
  (limit) => {
    const found = new RegExp(above(limit));
    const steps = [1, 2, 9, 10, 11, 99, 100, 12_345, 9_999_999, limit, 9 * limit, 10 * limit];
    for (const step of steps) {
      expect([limit + step, found.test(String(limit + step))]).toEqual([limit + step, true]);
      if (step <= limit) {
        expect([limit - step + 1, found.test(String(limit - step + 1))]).toEqual([limit - step + 1, false]);
      }
    }
    for (const text of ["0", "", "-1", `${String(limit + 1)} `, "1e99"]) expect(found.test(text)).toBe(false);
    expect(found.test(`000${String(limit + 1)}`)).toBe(true);
    expect(found.test(`000${String(limit)}`)).toBe(false);
  },
);
