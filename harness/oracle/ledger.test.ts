import { describe, expect, it } from "vitest";
import { renderIdentity } from "./identity.ts";
import { ledgerOf, liveTargetsAt, retiredAt } from "./ledger.ts";
import { endpoints, namespace, RecordingBuilder, service } from "./testing.ts";

function retired(builder: RecordingBuilder): Readonly<Record<string, string>> {
  const recording = builder.cut();
  const entries = retiredAt(ledgerOf(recording), recording.events.length);
  return Object.fromEntries(entries.map(({ identity, owner }) => [renderIdentity(identity), owner]));
}

const web = service("lp-web", {
  clusterIP: "10.96.0.5",
  ports: [{ port: 80, targetPort: 8080, nodePort: 30080, protocol: "TCP" }],
});

describe("ledger", () => {
  it("names nothing retired while its objects are there", () => {
    expect(retired(new RecordingBuilder().begin("create").apply(web))).toEqual({});
  });

  it("retires all that a deleted object named, with its owner", () => {
    const owner = `Service ${namespace}/lp-web (deleted in step remove)`;
    const builder = new RecordingBuilder().begin("create").apply(web).begin("remove");
    expect(retired(builder.remove(`Service ${namespace}/lp-web`))).toEqual({
      "10.96.0.5": owner,
      "10.96.0.5:80/tcp": owner,
      "node port 30080/tcp": owner,
      "the name lp-web": owner,
    });
  });

  it("retires what an update no longer names, and only that", () => {
    const builder = new RecordingBuilder()
      .begin("create")
      .apply(endpoints("lp-web", ["10.244.0.5"]))
      .begin("move");
    expect(retired(builder.apply(endpoints("lp-web", ["10.244.0.6"])))).toEqual({
      "10.244.0.5": `Endpoints ${namespace}/lp-web (no longer names it since step move)`,
      "10.244.0.5:8080/tcp": `Endpoints ${namespace}/lp-web (no longer names it since step move)`,
    });
  });

  it("keeps an address alive that a second object names, and revives one that is named again", () => {
    const shared = new RecordingBuilder().begin("one");
    shared.apply(endpoints("lp-a", ["10.244.0.5"])).apply(endpoints("lp-b", ["10.244.0.5"]));
    shared.remove(`Endpoints ${namespace}/lp-a`);
    expect(Object.keys(retired(shared))).toEqual(["the name lp-a"]);
    shared.remove(`Endpoints ${namespace}/lp-b`);
    expect(retired(shared)).toHaveProperty(
      ["10.244.0.5"],
      `Endpoints ${namespace}/lp-b (deleted in step one)`,
    );
    shared.apply(endpoints("lp-c", ["10.244.0.5"]));
    expect(retired(shared)).not.toHaveProperty(["10.244.0.5"]);
  });

  it("reads addresses from spec and annotations in any spelling, and never from status", () => {
    const builder = new RecordingBuilder().begin("one").apply({
      ...service(
        "lp-web",
        { clusterIP: "None", loadBalancerIP: "FD00:0:0::00AB", externalIPs: ["192.168.9.9"] },
        { "example.com/ips": "172.31.0.1, 172.31.0.2", "example.com/text": "not 1.2.3 an address" },
      ),
      status: { loadBalancer: { ingress: [{ ip: "172.31.9.9" }] } },
    });
    const keys = Object.keys(retired(builder.remove(`Service ${namespace}/lp-web`)));
    expect(keys).toEqual(["fd00::ab", "192.168.9.9", "172.31.0.1", "172.31.0.2", "the name lp-web"]);
  });

  it("reads EndpointSlices, and a pod's own addresses", () => {
    const meta = { name: "lp-x", namespace };
    const builder = new RecordingBuilder()
      .begin("one")
      .apply({
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: meta,
        endpoints: [{ addresses: ["fd00:10::5"] }],
        ports: [{ port: 53, protocol: "UDP" }],
      })
      .apply({ apiVersion: "v1", kind: "Pod", metadata: meta, status: { podIPs: [{ ip: "10.244.0.9" }] } })
      .remove(`Namespace ${namespace}`);
    expect(Object.keys(retired(builder)).toSorted()).toEqual(
      ["10.244.0.9", "[fd00:10::5]:53/udp", "fd00:10::5", "the name lp-x"].toSorted(),
    );
  });

  it("counts the objects that are there", () => {
    const builder = new RecordingBuilder()
      .begin("one")
      .apply(web)
      .apply(endpoints("lp-web", ["10.244.0.5"]));
    const full = builder.cut();
    expect(liveTargetsAt(ledgerOf(full), full.events.length).size).toBe(2);
    const half = builder.remove(`Service ${namespace}/lp-web`).cut();
    expect([...liveTargetsAt(ledgerOf(half), half.events.length)]).toEqual([`Endpoints ${namespace}/lp-web`]);
  });
});
