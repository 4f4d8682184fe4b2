import { describe, expect, it } from "vitest";
import { launch } from "./launch.ts";
import { requestOf, selectArp } from "./testing.ts";

const cidrs = { egressCidrs: { pod: "10.244.0.0/16", service: "10.97.0.0/16" } };
const cidrs6 = { egressCidrs: { pod: "fd00:10:244::/48", service: "fd00:10:97::/112" } };

describe("launch", () => {
  it("starts the manager with its kubeconfig at home, as the node", () => {
    const spec = launch(requestOf("v0.8.4"));
    expect(spec.argv).toEqual(["/engine/kube-vip", "manager", "--prometheusHTTPServer", ""]);
    expect(spec.files).toEqual({ ".kube/config": "kind: Config" });
    expect(spec.env["HOME"]).toBe("/home/engine");
    expect(spec.hostname).toBe("lp-n1");
    expect(spec.env).not.toHaveProperty("PATH");
  });

  it("writes the environment of each era", () => {
    expect(launch(requestOf("v0.7.0", cidrs)).env).toMatchInlineSnapshot(`
      {
        "HOME": "/home/engine",
        "cp_namespace": "kube-system",
        "egress_podcidr": "10.244.0.0/16",
        "egress_servicecidr": "10.97.0.0/16",
        "svc_election": "true",
        "svc_enable": "true",
        "vip_interface": "eth0",
        "vip_leaseduration": "5",
        "vip_loglevel": "5",
        "vip_renewdeadline": "3",
        "vip_retryperiod": "1",
        "vip_routingtable": "true",
      }
    `);
    expect(launch(requestOf("v0.8.4")).env).toMatchObject({ vip_nodename: "lp-n1", vip_loglevel: "5" });
    expect(launch(requestOf("v0.8.10")).env).toMatchObject({ vip_loglevel: "-4" });
    expect(launch(requestOf("v0.8.10")).env).not.toHaveProperty("vip_subnet");
    expect(launch(requestOf("v0.9.0")).env).toMatchObject({ vip_subnet: "32,128", vip_nodename: "lp-n1" });
  });

  it("sets the routing table only where one is asked for: v0.8.4 reads nothing after it", () => {
    expect(launch(requestOf("v0.8.4", cidrs)).env).not.toHaveProperty("vip_routingtableid");
    expect(launch(requestOf("v0.8.4", { routeTable: 205 })).env).toMatchObject({ vip_routingtableid: "205" });
  });

  it("asks for slices where IPv6 egress needs them and they are not the default", () => {
    expect(launch(requestOf("v0.8.5", cidrs6)).env).toMatchObject({ enable_endpointslices: "true" });
    for (const spec of [requestOf("v0.8.5", cidrs), requestOf("v0.8.2", cidrs6), requestOf("v1.0.0", cidrs6)])
      expect(launch(spec).env).not.toHaveProperty("enable_endpointslices");
  });

  it("follows the other settings", () => {
    expect(launch(requestOf("v1.2.3", { leaderElection: false })).env).not.toHaveProperty("svc_election");
    expect(launch(requestOf("v1.2.3", { engineNamespace: "tenant" })).env).toMatchObject({
      cp_namespace: "tenant",
    });
  });

  it("has one mode a variant, and the address of the API server where one is asked for", () => {
    const arp = { ...requestOf("v1.2.3"), selection: selectArp("v1.2.3") };
    expect(launch(arp).env).toMatchObject({ vip_arp: "true", svc_election: "true" });
    expect(launch(arp).env).not.toHaveProperty("vip_routingtable");
    expect(launch(arp).env).not.toHaveProperty("cp_enable");
    const settings = { controlPlaneVip: "172.30.255.250" };
    expect(launch({ ...arp, settings }).env).toMatchObject({
      cp_enable: "true",
      address: "172.30.255.250",
      port: "6443",
    });
  });

  it("balances the API servers where that is asked for: it asks them as from a pod", () => {
    const arp = { ...requestOf("v0.8.5"), selection: selectArp("v0.8.5") };
    const settings = { controlPlaneVip: "172.30.255.250", balancesControlPlane: true } as const;
    const spec = launch({ ...arp, settings, apiServer: "https://172.30.0.10:6444" });
    expect(spec.env).toMatchObject({
      lb_enable: "true",
      lb_port: "6443",
      vip_renewdeadline: "10",
      port: "6444",
      KUBERNETES_SERVICE_HOST: "172.30.0.10",
      KUBERNETES_SERVICE_PORT: "6444",
    });
    expect(spec.serviceAccountFiles).toBe("serviceaccount");
    expect(Object.keys(spec.files)).toEqual([
      ".kube/config",
      "serviceaccount/token",
      "serviceaccount/ca.crt",
      "serviceaccount/namespace",
    ]);
    expect(launch(arp)).not.toHaveProperty("serviceAccountFiles");
  });

  it("takes an annotation for no environment variable", () => {
    const { env } = launch(requestOf("v1.0.4", {}, { "egress-internal": "true" }));
    expect(JSON.stringify(env)).not.toContain("internal");
  });

  it("lets options win over its own choice", () => {
    const options = { vip_leaseduration: "15", vip_cleanroutingtable: "true" };
    expect(launch(requestOf("v0.7.1", {}, options)).env).toMatchObject(options);
  });

  it("keeps the token out of arguments and environment", () => {
    const { argv, env } = launch(requestOf("v1.2.3", cidrs));
    expect(JSON.stringify([argv, env])).not.toContain("secret");
  });
});
