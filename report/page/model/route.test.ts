import fc from "fast-check";
import { expect, test } from "vitest";
import { parseRoute, renderRoute } from "./route.ts";

test("an address leads back to where it was taken", () => {
  const params = fc.dictionary(fc.constantFrom("q", "node", "t", "table"), fc.string({ minLength: 1 }), {
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), params, (id, given) => {
      const route = { view: "attempt", id, params: { ...given } } as const;
      expect(parseRoute(renderRoute(route))).toEqual(route);
    }),
  );
});

test("a value that is none is left out, and what is not understood is the report", () => {
  expect(renderRoute({ view: "report", params: { q: "", oracle: "intent" } })).toBe("#?oracle=intent");
  expect(parseRoute("")).toEqual({ view: "report", params: {} });
  expect(parseRoute("#elsewhere/1")).toEqual({ view: "report", params: {} });
  expect(parseRoute("#attempt/%E0%A4")).toEqual({ view: "report", params: {} });
});
