import { describe, expect, it } from "vitest";
import { launch, uninstall } from "./launch.ts";
import { selectionProblems } from "./options.ts";
import { requestOf, select } from "./testing.ts";

describe("launch", () => {
  it("starts the policies alone, with its kubeconfig at home, as the node", () => {
    const { argv, files, hostname, env } = launch(requestOf("v2.1.3"));
    expect(argv).toEqual([
      "/engine/kube-router",
      "--kubeconfig=/home/engine/kubeconfig",
      "--hostname-override=lp-n1",
      "--run-router=false",
      "--run-service-proxy=false",
      "--run-firewall=true",
      "--service-cluster-ip-range=10.97.0.0/16",
      "--service-node-port-range=30000-32767",
      "--health-port=0",
      "--cache-sync-timeout=30s",
      "--v=2",
      "--enable-ipv4=true",
      "--enable-ipv6=false",
    ]);
    expect(files).toEqual({ kubeconfig: "kind: Config" });
    expect(hostname).toBe("lp-n1");
    expect(JSON.stringify([argv, env])).not.toContain("secret");
  });

  it("leaves out what releases before v2 do not know", () => {
    expect(launch(requestOf("v1.6.1")).argv.join(" ")).not.toContain("enable-ipv");
  });

  it("works for the families of the scenario, the first one's network of Services first", () => {
    const { argv } = launch({ ...requestOf("v2.1.3"), settings: { nodeFamilies: [6, 4] } });
    expect(argv).toEqual(expect.arrayContaining(["--enable-ipv4=true", "--enable-ipv6=true"]));
    expect(argv).toContain("--service-cluster-ip-range=fd00:10:97::/112,10.97.0.0/16");
    const alone = launch({ ...requestOf("v2.1.3"), settings: { nodeFamilies: [6] } }).argv;
    expect(alone).toEqual(expect.arrayContaining(["--enable-ipv4=false", "--enable-ipv6=true"]));
  });

  it("leaves virtual servers at the node's addresses alone where the scenario says so, and what else the user named", () => {
    const settings = { excludesNodeAddresses: true } as const;
    const request = requestOf("v2.1.3", { "excluded-cidrs": "192.0.2.0/24" });
    expect(launch({ ...request, settings }).argv).toContain(
      "--excluded-cidrs=192.0.2.0/24,172.30.0.10/32,fd00:30::a/128",
    );
    expect(launch(request).argv).toContain("--excluded-cidrs=192.0.2.0/24");
  });

  it("gives addresses of a pool where the scenario has one and the release can", () => {
    const settings = { addressPool: "172.29.0.7/32" };
    const { argv, env } = launch({ ...requestOf("v2.1.3"), settings });
    expect(argv).toEqual(
      expect.arrayContaining(["--run-loadbalancer=true", "--loadbalancer-ip-range=172.29.0.7/32"]),
    );
    expect(env).toMatchObject({ POD_NAME: "lp-n1", POD_NAMESPACE: "kube-system" });
    expect(launch({ ...requestOf("v1.6.1"), settings }).argv.join(" ")).not.toContain("loadbalancer");
  });

  it("serves external addresses of no range, where the release would refuse them", () => {
    const flag = "--strict-external-ip-validation=false";
    expect(launch(requestOf("v2.8.0")).argv).toContain(flag);
    expect(launch(requestOf("v2.7.1")).argv).not.toContain(flag);
  });

  it("lets options win over its own choice", () => {
    const { argv } = launch(requestOf("v2.1.3", { "iptables-sync-period": "10s", v: "4" }));
    expect(argv).toContain("--iptables-sync-period=10s");
    expect(argv.filter((word) => word.startsWith("--v="))).toEqual(["--v=4"]);
  });
});

describe("selectionProblems", () => {
  it("is silent on a release with sound options", () => {
    expect(selectionProblems(select("v2.1.3", { "iptables-sync-period": "10s" }))).toEqual([]);
  });

  it("tells every problem at once", () => {
    const problems = selectionProblems(select("v1.4.0", { "--v": "3", kubeconfig: "x" }));
    expect(problems).toHaveLength(3);
    expect(problems.join(" ")).toMatch(/v1\.4\.0.*"--v".*"kubeconfig"/);
  });

  it("asks for a version", () => {
    expect(selectionProblems({ name: "kube-router", variant: "firewall", options: {} })).toHaveLength(1);
  });
});

describe("uninstall", () => {
  it("asks for the clean-up alone, and no API server", () => {
    const { argv, files } = uninstall(requestOf("v2.1.3"));
    expect(argv).toEqual(["/engine/kube-router", "--cleanup-config", "--hostname-override=lp-n1", "--v=2"]);
    expect(files).toEqual({});
  });
});
