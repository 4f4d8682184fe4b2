import { describe, expect, it } from "vitest";
import type { EventOf } from "../model/recording.ts";
import { apiResidue } from "./api-residue.ts";
import { endpoints, namespace, RecordingBuilder } from "./testing.ts";

const keepsObjects = [{ kind: "Lease", name: "kubevip-.*|plndr-svcs-lock", reason: "test" }];

function judge(target: string, more: Partial<EventOf<"api-leftover">> = {}): readonly string[] {
  const builder = new RecordingBuilder({ profile: { keepsObjects } }).begin("one");
  builder.apply(endpoints("lp-web", ["10.244.0.5"])).remove(`Endpoints ${namespace}/lp-web`);
  builder.event({ kind: "api-leftover", target, state: "present", finalizers: [], ...more });
  return apiResidue.judge(builder.whole()).map(({ why }) => why);
}

describe("api-residue", () => {
  it("is silent on what the engine declares to keep", () => {
    expect(judge("Lease lp-a1/kubevip-lp-web", { holder: "" })).toEqual([]);
    expect(judge("Lease kube-system/plndr-svcs-lock", { holder: "lp-n1" })).toEqual([]);
  });

  it("finds an object behind a finalizer, kept or not", () => {
    const why = "Service lp-a1/lp-web cannot go away: finalizer example.com/fip is never taken off";
    expect(judge("Service lp-a1/lp-web", { state: "deleting", finalizers: ["example.com/fip"] })).toEqual([
      why,
    ]);
    const lease = { state: "deleting", finalizers: ["x/y"] } as const;
    expect(judge("Lease lp-a1/kubevip-lp-web", lease)).toHaveLength(1);
  });

  it("finds a lease that is held for a gone object, or by nobody's leave", () => {
    expect(judge("Lease lp-a1/kubevip-lp-web", { holder: "lp-n1" })).toEqual([
      `Lease lp-a1/kubevip-lp-web is still held by lp-n1 for Endpoints ${namespace}/lp-web (deleted in step one)`,
    ]);
    expect(judge("Lease lp-a1/other", { holder: "lp-n1" })).toEqual([
      "Lease lp-a1/other is still held by lp-n1",
    ]);
  });

  it("finds anything else that is left; a name must match as a whole, and the kind too", () => {
    expect(judge("Lease lp-a1/other")).toEqual(["Lease lp-a1/other is left although every object is gone"]);
    expect(judge("Lease lp-a1/my-plndr-svcs-lock")).toHaveLength(1);
    expect(judge("ConfigMap lp-a1/kubevip-x")).toHaveLength(1);
  });
});
