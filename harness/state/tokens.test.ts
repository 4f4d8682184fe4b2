import { describe, expect, it } from "vitest";
import type { Token } from "../model/state.ts";
import {
  addressTokensIn,
  markToken,
  markTokens,
  nameTokens,
  networkTokens,
  portTokens,
  referenceTokens,
  unique,
} from "./tokens.ts";

const names = (tokens: readonly Token[]): readonly string[] =>
  tokens.flatMap((token) => (token.kind === "name" ? [token.name] : []));
const addresses = (tokens: readonly Token[]): readonly string[] =>
  tokens.flatMap((token) => (token.kind === "addresses" ? [`${token.first}-${token.last}`] : []));

describe("names in comments", () => {
  it("decode the base64 word of kube-vip and keep the namespace", () => {
    expect(names(nameTokens("a3ViZS12aXAK=kube-vip-lp-a1"))).toEqual([
      "a3ViZS12aXAK=kube-vip-lp-a1",
      "a3ViZS12aXAK",
      "kube-vip-lp-a1",
      "kube-vip",
    ]);
  });

  it("decode padded base64, and leave other words alone", () => {
    expect(names(nameTokens("bHAtc2VjcmV0LW5z"))).toContain("lp-secret-ns");
    expect(names(nameTokens("bHAtc2VjcmV0cw=="))).toContain("lp-secrets");
    expect(names(nameTokens("kubernetes"))).toEqual(["kubernetes"]);
  });

  it("split joined names", () => {
    expect(names(nameTokens("ns1/svc-a:p80 cluster IP"))).toEqual(
      expect.arrayContaining(["ns1/svc-a:p80", "ns1", "svc-a", "p80", "cluster"]),
    );
  });

  it("find UIDs inside of names", () => {
    const uid = "6a1f2f4e-1111-4222-8333-444455556666";
    expect(names(nameTokens(`kube_vip_snat_${uid}`))).toContain(uid);
  });

  it("find no name in nothing", () => {
    expect(nameTokens("  ")).toEqual([]);
  });
});

describe("addresses in names", () => {
  it("find the endpoint of a chain of kube-proxy, v4 and v6 with dots", () => {
    expect(addresses(addressTokensIn("endpoint-X-ns/svc/tcp/p80__10.244.0.5/22"))).toEqual([
      "10.244.0.5-10.244.0.5",
    ]);
    expect(addresses(addressTokensIn("endpoint-X-ns/svc/tcp/p80__fd00.244..5/80"))).toEqual([
      "fd00:244::5-fd00:244::5",
    ]);
  });

  it("find addresses and networks in comments", () => {
    expect(addresses(addressTokensIn("from 10.0.0.0/8 to FD00::5 via [fd00::6]:80"))).toEqual([
      "10.0.0.0-10.255.255.255",
      "fd00::5-fd00::5",
      "fd00::6-fd00::6",
    ]);
  });

  it("are silent about versions, times and MACs", () => {
    for (const text of ["v1.2.3", "1.2.3.4.5", "12:30:45", "02:00:00:00:00:01", "ns/svc:http", "a.b.c.d"])
      expect(addresses(addressTokensIn(text))).toEqual([]);
  });
});

describe("numbers", () => {
  it("read port lists and ranges", () => {
    expect(portTokens("80,8000:8010,x", "destination", "tcp")).toEqual([
      { kind: "ports", first: 80, last: 80, role: "destination", protocol: "tcp" },
      { kind: "ports", first: 8000, last: 8010, role: "destination", protocol: "tcp" },
    ]);
    expect(portTokens("80-90", "target")).toEqual([{ kind: "ports", first: 80, last: 90, role: "target" }]);
  });

  it("write marks in one form", () => {
    for (const text of ["0x40/0x40", "64/64", "0x00000040/0x00000040"])
      expect(markTokens(text)).toEqual([{ kind: "mark", value: "0x40/0x40" }]);
    expect(markTokens("0X40".toLowerCase())).toEqual([markToken(64)]);
    expect(markToken(-1, -1).kind === "mark" && markToken(-1, -1)).toEqual({
      kind: "mark",
      value: "0xffffffff/0xffffffff",
    });
    expect(markTokens("mark")).toEqual([]);
  });

  it("give no token for all addresses", () => {
    expect([...networkTokens("0.0.0.0/0"), ...networkTokens("::/0"), ...networkTokens("default")]).toEqual(
      [],
    );
  });
});

describe("references", () => {
  it("name the chain, and what its name says", () => {
    expect(referenceTokens("service-X-ns1/web/tcp/p80")).toEqual([
      { kind: "reference", name: "service-X-ns1/web/tcp/p80" },
      { kind: "name", name: "service-X-ns1" },
      { kind: "name", name: "web" },
      { kind: "name", name: "tcp" },
      { kind: "name", name: "p80" },
    ]);
    expect(referenceTokens("KUBE-X")).toEqual([{ kind: "reference", name: "KUBE-X" }]);
  });

  it("are listed once", () => {
    const reference: Token = { kind: "reference", name: "a" };
    const name: Token = { kind: "name", name: "a" };
    expect(unique([reference, name, { ...reference }])).toEqual([reference, name]);
  });
});
