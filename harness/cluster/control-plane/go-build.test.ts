import fc from "fast-check";
import { expect, test } from "vitest";
import { isAtLeast, linkerFlags } from "./go-build.ts";

test("versions are compared by number, part by part", () => {
  expect(isAtLeast("1.26", "1.26.0")).toBe(true);
  expect(isAtLeast("1.9.9", "1.26.0")).toBe(false);
  expect(isAtLeast("2.0", "1.26.0")).toBe(true);
});

test("of two versions one is at least the other, and both only where they are the same", () => {
  const part = fc.nat({ max: 40 });
  fc.assert(
    fc.property(fc.tuple(part, part, part), fc.tuple(part, part, part), (left, right) => {
      const [a, b] = [left.join("."), right.join(".")];
      expect(isAtLeast(a, b) || isAtLeast(b, a)).toBe(true);
      expect(isAtLeast(a, b) && isAtLeast(b, a)).toBe(a === b);
    }),
  );
});

test("the linker is told the version in both places that Kubernetes reads", () => {
  const flags = linkerFlags("v1.36.3");
  expect(flags).toContain("-X k8s.io/component-base/version.gitVersion=v1.36.3");
  expect(flags).toContain("-X k8s.io/client-go/pkg/version.gitMinor=36");
});
