import { describe, expect, it } from "vitest";
import type { StateItem } from "../model/state.ts";
import {
  addresses,
  endpoints,
  RecordingBuilder,
  rule,
  service,
  testNode,
  type TestOptions,
} from "./testing.ts";
import { unknownIdentity } from "./unknown-identity.ts";

function judge(items: readonly StateItem[], options: TestOptions = {}): readonly string[] {
  const builder = new RecordingBuilder(options).started().begin("one");
  builder.apply(
    service("lp-web", { loadBalancerIP: "172.31.0.9" }, { "x/allowed": "192.168.0.0/24,192.168.1.7" }),
  );
  builder.apply(endpoints("lp-web", ["10.244.0.5", "fd00:10::5"]));
  return unknownIdentity.judge(builder.look("step", items).whole()).map(({ why }) => why);
}

function naming(text: string): StateItem {
  return { ...rule("mangle", "X", `-s ${text} -j RETURN`), tokens: [addresses(text)] };
}

describe("unknown-identity", () => {
  it("is silent on objects, settings, nodes, constants and addresses of every machine", () => {
    const known = [
      "10.244.0.5",
      "172.31.0.9",
      "10.244.0.0/16",
      "192.168.0.0/24",
      "192.168.1.7",
      "fd00:10::5",
    ];
    const general = ["127.0.0.1", "127.0.0.0/8", "0.0.0.0/0", "::/0", "fe80::1", "ff02::1", "224.0.0.18"];
    const items = [...known, ...general, testNode.ipv4, testNode.ipv6, "100.64.0.0/10"].map(naming);
    expect(judge(items, { profile: { constants: [{ cidr: "100.64.0.0/10", reason: "test" }] } })).toEqual([]);
  });

  it("finds defaults that nobody configured, and wrong masks", () => {
    const whys = judge(["10.0.0.0/16", "fd00:10::/32", "10.244.0.0/24", "10.244.0.6"].map(naming));
    expect(whys).toEqual([
      "names 10.0.0.0/16, which no object, setting or node has",
      "names fd00:10::/32, which no object, setting or node has",
      "names 10.244.0.0/24, which no object, setting or node has",
      "names 10.244.0.6, which no object, setting or node has",
    ]);
  });

  it("does not know an address before an object names it", () => {
    const builder = new RecordingBuilder()
      .started()
      .begin("one")
      .look("step", [naming("172.31.0.9")]);
    builder.apply(service("lp-web", { loadBalancerIP: "172.31.0.9" }));
    expect(unknownIdentity.judge(builder.whole())).toHaveLength(1);
  });

  it("takes addresses on the node's links for known, and leaves other people's rules alone", () => {
    const link: StateItem = {
      family: "address",
      kind: "address",
      text: "192.0.2.1/32 dev lo",
      tokens: [addresses("192.0.2.1")],
    };
    const foreign = naming("8.8.8.8");
    const builder = new RecordingBuilder().started([link, foreign]).begin("one");
    expect(unknownIdentity.judge(builder.look("step", [link, foreign, naming("192.0.2.1")]).whole())).toEqual(
      [],
    );
  });
});
