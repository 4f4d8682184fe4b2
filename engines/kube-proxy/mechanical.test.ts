import { expect, it } from "vitest";
import type { LaunchRequest } from "../../harness/model/engine.ts";
import { kubeProxy } from "./engine.ts";
import { mechanicalOrder } from "./mechanical.ts";
import { select } from "./testing.ts";

it("is one write of the variant's own tools, or of the one that is named", () => {
  expect(mechanicalOrder("drop:3", "iptables")?.tool).toBe("iptables*");
  expect(mechanicalOrder("drop:3", "nftables")).toEqual({
    name: "mechanical",
    tool: "nft",
    first: 3,
    times: 1,
    act: { kind: "drop" },
  });
  expect(mechanicalOrder("swap:2:ip6tables-restore", "iptables")).toMatchObject({
    tool: "ip6tables-restore",
    first: 2,
  });
});

it.each(["drop", "drop:0", "drop:x", "lose:1", "drop:1:", "drop:1:a b", ""])(
  "%o is a problem",
  (mechanical) => {
    expect(kubeProxy.problems(select("nftables", { mechanical }))).toHaveLength(1);
    expect(mechanicalOrder(mechanical, "nftables")).toBeUndefined();
  },
);

it("is no flag of kube-proxy, and puts shims in front of its tools", () => {
  const launch = (options: Readonly<Record<string, string>>) =>
    kubeProxy.launch({ selection: select("nftables", options), node: {} } as LaunchRequest);
  expect(kubeProxy.problems(select("nftables", { mechanical: "drop:3" }))).toEqual([]);
  const spec = launch({ mechanical: "drop:3" });
  expect(spec.argv.join(" ")).not.toContain("mechanical");
  expect(spec.toolOrders).toEqual([mechanicalOrder("drop:3", "nftables")]);
  expect(launch({}).toolOrders).toBeUndefined();
});
