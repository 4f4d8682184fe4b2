import { expect, it } from "vitest";
import { auditOf, nodeObject, rules, serviceObject, sliceObject, told } from "../../harness/audit/testing.ts";
import { signs } from "./audit.ts";

const service = serviceObject(
  {},
  { annotations: { "leakproof.dev/egress": "true", "leakproof.dev/vip": "172.31.0.5" } },
);
const objects = [service, sliceObject(), nodeObject()];
const snat = (pod: string, owner = "shop/web"): string =>
  `-A LEAKPROOF-EGRESS -s ${pod}/32 -m mark --mark 0x200/0x200 -m comment --comment "${owner}" -j SNAT --to-source 172.31.0.5`;
const jump = "-A POSTROUTING -m comment --comment leakproof-reference -j LEAKPROOF-EGRESS";

it("finds nothing where rules and objects agree", () => {
  expect(told(auditOf(signs, rules("nat", [jump, snat("10.244.0.5")]), objects))).toEqual([]);
});

it("finds a dead pod, a dead Service, and an egress without a rule", () => {
  const state = rules("nat", [jump, snat("10.244.0.9"), snat("10.244.0.5", "shop/gone")]);
  expect(told(auditOf(signs, state, objects))).toEqual([
    "orphan is for Service shop/gone, which is gone",
    "orphan names 10.244.0.9, which no object names",
  ]);
  expect(told(auditOf(signs, rules("nat", [jump]), objects))).toContain(
    "missing Service shop/web has no such rule here",
  );
});
