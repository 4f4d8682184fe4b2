import { describe, expect, it } from "vitest";
import { ApiError } from "../api.ts";
import { sound, type Behaviour } from "../behaviour.ts";
import { Gateway } from "./gateway.ts";
import { type GatewayObject, gatewayFinalizer, gatewayState, viewObject } from "./objects.ts";
import { readLook, renderChange } from "./program.ts";
import { renderGatewayObject } from "./render.ts";

const eip = { spec: { node: "n1", address: "172.31.0.9" }, metadata: { namespace: "a", name: "e" } };
const fip = {
  spec: { node: "n1", elasticIp: "e", pod: "10.244.0.5" },
  metadata: { namespace: "a", name: "f", resourceVersion: "7" },
};
const rules = {
  inbound: "-A LEAKPROOF-FIP-IN -d 172.31.0.9/32 -j DNAT --to-destination 10.244.0.5",
  outbound: "-A LEAKPROOF-FIP-OUT -s 10.244.0.5/32 -j SNAT --to-source 172.31.0.9",
};

function held(object: typeof fip | typeof eip): unknown {
  return { ...object, metadata: { ...object.metadata, finalizers: [gatewayFinalizer] } };
}

describe("gatewayState", () => {
  const elastic = viewObject("elasticips", eip);

  it("has rules for each kind of object, with the address that it names", () => {
    const objects = [
      elastic,
      viewObject("floatingips", fip),
      viewObject("sourcenats", { ...fip, spec: { node: "n1", elasticIp: "e", cidr: "10.244.0.7/32" } }),
      viewObject("portforwards", {
        ...fip,
        spec: { node: "n1", elasticIp: "e", pod: "10.244.0.6", port: 8443, podPort: 80 },
      }),
    ];
    expect(gatewayState(objects, "n1")).toEqual({
      addresses: ["172.31.0.9"],
      inbound: [
        "-A LEAKPROOF-FIP-IN -d 172.31.0.9/32 -j DNAT --to-destination 10.244.0.5",
        "-A LEAKPROOF-FIP-IN -d 172.31.0.9/32 -p tcp -m tcp --dport 8443 -j DNAT --to-destination 10.244.0.6:80",
      ],
      outbound: [rules.outbound, "-A LEAKPROOF-FIP-OUT -s 10.244.0.7/32 -j SNAT --to-source 172.31.0.9"],
    });
  });

  it("has none for another node, or without the elastic address", () => {
    const none = { addresses: [], inbound: [], outbound: [] };
    expect(gatewayState([elastic, viewObject("floatingips", fip)], "n2")).toEqual(none);
    expect(gatewayState([viewObject("floatingips", fip)], "n1")).toEqual(none);
  });
});

it("renders a floating address that is called like its elastic one, and nothing of that in its spec", () => {
  const object = { kind: "floating-ip", name: "f", node: "n1", elasticIp: "e", pod: "10.244.0.5" } as const;
  expect(renderGatewayObject(object, "a").metadata.name).toBe("f");
  expect(renderGatewayObject({ ...object, objectName: "e" }, "a")).toMatchObject({
    kind: "FloatingIP",
    metadata: { name: "e", namespace: "a" },
    spec: { node: "n1", elasticIp: "e", pod: "10.244.0.5" },
  });
  expect(renderGatewayObject({ ...object, objectName: "e" }, "a")["spec"]).not.toHaveProperty("objectName");
});

describe("renderChange", () => {
  const wanted = { addresses: ["172.31.0.9"], inbound: [rules.inbound], outbound: [rules.outbound] };
  const saved = `*nat
:LEAKPROOF-FIP-IN - [0:0]
:LEAKPROOF-FIP-OUT - [0:0]
-A PREROUTING -j LEAKPROOF-FIP-IN
-A POSTROUTING -j LEAKPROOF-FIP-OUT
${rules.inbound}
${rules.outbound}
COMMIT
addresses
2: eth0    inet 172.31.0.9/32 scope global eth0:fip\\       valid_lft forever preferred_lft forever
`;

  it("is nothing where all is there, and all where nothing is", () => {
    expect(renderChange("nft", "eth0", readLook(saved), wanted)).toBeUndefined();
    const all = renderChange("nft", "eth0", readLook(""), wanted) ?? "";
    expect(all).toContain("ip addr add 172.31.0.9/32 dev eth0 label eth0:fip");
    expect(all).toContain(`:LEAKPROOF-FIP-IN - [0:0]\n${rules.inbound}\n-A PREROUTING -j LEAKPROOF-FIP-IN`);
  });

  it("takes chains, jumps, addresses and flows away with the last rule", () => {
    const gone = renderChange("legacy", "eth0", readLook(saved), {
      addresses: [],
      inbound: [],
      outbound: [],
    });
    expect(gone?.split("\n")).toEqual([
      "set -e",
      "iptables-legacy-restore --noflush --wait 5 <<'END'",
      "*nat",
      "-D PREROUTING -j LEAKPROOF-FIP-IN",
      "-F LEAKPROOF-FIP-IN",
      "-X LEAKPROOF-FIP-IN",
      "-D POSTROUTING -j LEAKPROOF-FIP-OUT",
      "-F LEAKPROOF-FIP-OUT",
      "-X LEAKPROOF-FIP-OUT",
      "COMMIT",
      "END",
      "ip addr del 172.31.0.9/32 dev eth0",
      ...["172.31.0.9", "10.244.0.5"].flatMap((host) => [
        `conntrack -D -d ${host} >/dev/null 2>&1 || true`,
        `conntrack -D -s ${host} >/dev/null 2>&1 || true`,
      ]),
    ]);
  });
});

/** One round over these objects, where the API answers patches of `gone` with 404. */
async function play(
  objects: readonly GatewayObject[],
  behaviour: Behaviour,
  gone: readonly string[] = [],
): Promise<readonly string[]> {
  const done: string[] = [];
  const gateway = new Gateway({
    behaviour,
    node: "n1",
    device: "eth0",
    backend: "nft",
    objects: () => objects,
    api: {
      async write(_, path, content) {
        if (gone.includes(path)) throw new ApiError(404, "not found");
        done.push(`${path.split("/").at(-1)} ${JSON.stringify(content).includes("null") ? "freed" : "held"}`);
      },
    },
    async exec([, , script = ""]) {
      if (script.includes("restore")) done.push(script.includes("DNAT") ? "programmed" : "cleared");
      return { code: 0, stdout: "", stderr: "" };
    },
  });
  await gateway.round();
  return done;
}

describe("a round", () => {
  const elastic = viewObject("elasticips", held(eip));
  const floating = viewObject("floatingips", fip);

  it("holds an object before it programs it", async () => {
    expect(await play([elastic, floating], sound)).toEqual(["f held", "programmed"]);
  });

  it("does not program what has gone before it could be held", async () => {
    expect(await play([elastic, floating], sound, [floating.path])).toEqual([]);
  });

  it("frees an object only when its rules are gone", async () => {
    const metadata = { ...fip.metadata, finalizers: [gatewayFinalizer], deletionTimestamp: "now" };
    expect(await play([elastic, viewObject("floatingips", { ...fip, metadata })], sound)).toEqual([
      "f freed",
    ]);
  });

  it("lets an object go that was being deleted before it began, and the mutant does not", async () => {
    const metadata = { ...fip.metadata, finalizers: [gatewayFinalizer], deletionTimestamp: "now" };
    const deleted = viewObject("floatingips", { ...fip, metadata });
    expect(await play([elastic, deleted], { ...sound, freesWhatItFoundDeleted: false })).toEqual([]);
    expect(await play([elastic, deleted], sound)).toEqual(["f freed"]);
  });

  it("that holds late programs first, and one that does not look programs what is gone", async () => {
    const late: Behaviour = { ...sound, finalizer: () => "after" };
    expect(await play([elastic, floating], late)).toEqual(["programmed", "f held"]);
    const blind: Behaviour = { ...sound, programsWhatIsGone: true };
    expect(await play([elastic, floating], blind, [floating.path])).toEqual(["programmed"]);
    const never: Behaviour = { ...sound, finalizer: () => "never" };
    expect(await play([elastic, floating], never)).toEqual(["programmed"]);
  });
});
