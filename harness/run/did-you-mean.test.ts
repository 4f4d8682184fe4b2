import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adviseName, nearestName } from "./did-you-mean.ts";

const known = ["kube-proxy", "kube-vip", "reference"];

describe("nearestName", () => {
  it("finds a name by a typing error, by case and by a part", () => {
    expect(nearestName("kubevip", known)).toBe("kube-vip");
    expect(nearestName("KUBE-PROXY", known)).toBe("kube-proxy");
    expect(nearestName("proxy", known)).toBe("kube-proxy");
  });

  it("is silent where nothing is near", () => {
    expect(nearestName("cilium", known)).toBeUndefined();
    expect(nearestName("e", known)).toBeUndefined();
    expect(nearestName("x", [])).toBeUndefined();
  });

  it("always knows a name that is there", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z-]{1,12}$/), { minLength: 1 }), (names) => {
        for (const name of names) expect(nearestName(name, names)).toBe(name);
      }),
    );
  });
});

it("lists all names in the advice", () => {
  expect(adviseName("kubevip", known)).toBe(
    'Fix: Did you mean "kube-vip"? There are: kube-proxy, kube-vip, reference.',
  );
  expect(adviseName("x", [])).toBe("Fix: There are none.");
});
