import { expect, test } from "vitest";
import { sound } from "../behaviour.ts";
import { nothing, type Desired } from "../desired.ts";
import { mutants } from "./all.ts";

/** Mutants that go wrong when an object changes in place, each beside the sound engine. */

const behaviourOf = (name: string) => mutants.find((mutant) => mutant.name === name)?.behaviour() ?? sound;

/** A Service as the API has it. */
function service(name: string, type = "LoadBalancer"): unknown {
  return { metadata: { namespace: "shop", name }, spec: { type } };
}

/** Egress and route of each of these Services, `web 192.0.2.1 10.1.0.5` for one. */
function wanted(...texts: readonly string[]): Desired {
  const all = texts.map((text) => text.split(" "));
  return {
    ...nothing,
    egress: all.map(([name = "", vip = "", pod = ""]) => ({ owner: `shop/${name}`, pod, vip })),
    routes: all.map(([name = "", vip = ""]) => ({ owner: `shop/${name}`, vip })),
  };
}

/** What the last look at what is wanted comes to, after all the looks before it. */
function lastWish(name: string, ...looks: readonly (readonly [Desired, readonly unknown[]])[]): Desired {
  const behaviour = behaviourOf(name);
  return looks.map(([desired, services]) => behaviour.wishes(desired, services)).at(-1) ?? nothing;
}

const pods = ({ egress }: Desired): readonly string[] => egress.map(({ pod }) => pod);
const vips = ({ routes }: Desired): readonly string[] => routes.map(({ vip }) => vip);

test("address-read-once goes on with the first address, of egress and route", () => {
  const looks = [
    [wanted("web 192.0.2.1 10.1.0.5"), [service("web")]],
    [wanted("web 192.0.2.2 10.1.0.5"), [service("web")]],
  ] as const;
  expect(lastWish("address-read-once", ...looks)).toEqual(wanted("web 192.0.2.1 10.1.0.5"));
  expect(lastWish("", ...looks)).toEqual(wanted("web 192.0.2.2 10.1.0.5"));
});

test("who ignores types wants what a Service wanted that is ClusterIP now, and nothing of one that is gone", () => {
  const before = [wanted("web 192.0.2.1 10.1.0.5"), [service("web")]] as const;
  const typed = [nothing, [service("web", "ClusterIP")]] as const;
  expect(pods(lastWish("type-change-ignored", before, typed, typed))).toEqual(["10.1.0.5"]);
  expect(vips(lastWish("type-change-ignored", before, typed))).toEqual([]);
  expect(vips(lastWish("type-change-keeps-route", before, typed, typed))).toEqual(["192.0.2.1"]);
  expect(pods(lastWish("type-change-keeps-route", before, typed))).toEqual([]);
  for (const name of ["type-change-ignored", "type-change-keeps-route"])
    expect(lastWish(name, before, typed, [nothing, []])).toEqual(nothing);
});

test("shared-address-keeps-rules keeps those of a gone Service whose address another one has", () => {
  const both = [
    wanted("a 192.0.2.1 10.1.0.5", "b 192.0.2.1 10.1.0.6"),
    [service("a"), service("b")],
  ] as const;
  const one = [wanted("b 192.0.2.1 10.1.0.6"), [service("b")]] as const;
  expect(pods(lastWish("shared-address-keeps-rules", both, one, one))).toEqual(["10.1.0.6", "10.1.0.5"]);
  const apart = [wanted("b 192.0.2.2 10.1.0.6"), [service("b")]] as const;
  expect(pods(lastWish("shared-address-keeps-rules", both, apart))).toEqual(["10.1.0.6"]);
});

test("shared-route-taken-along has no route any more when it is another Service's", () => {
  const services = [service("a"), service("b")];
  const of = (name: string) => [wanted(`${name} 192.0.2.1 10.1.0.5`), services] as const;
  expect(vips(lastWish("shared-route-taken-along", of("a"), of("a")))).toEqual(["192.0.2.1"]);
  expect(vips(lastWish("shared-route-taken-along", of("a"), of("b"), of("b")))).toEqual([]);
});

test("shared-endpoint-moves-once lets go of one route of two, whether they are lost together or in turn", () => {
  const services = [service("a"), service("b")];
  const both = [wanted("a 192.0.2.1 10.1.0.5", "b 192.0.2.2 10.1.0.5"), services] as const;
  const [one, none] = [[wanted("b 192.0.2.2 10.1.0.5"), services] as const, [nothing, services] as const];
  const name = "shared-endpoint-moves-once";
  expect(vips(lastWish(name, both, one))).toEqual(["192.0.2.2"]);
  expect(vips(lastWish(name, both, one, none, none))).toEqual(["192.0.2.2"]);
  expect(vips(lastWish(name, both, none, none))).toEqual(["192.0.2.2"]);
  expect(vips(lastWish(name, both, one, none, [nothing, []]))).toEqual([]);
});

test("route-of-old-address-stays forgets a route that another replaces, and no other", () => {
  const behaviour = behaviourOf("route-of-old-address-stays");
  const next = (before: readonly string[], now: readonly string[]) =>
    behaviour.nextRoutes({ found: before, before, wanted: now });
  expect(next(["192.0.2.1", "192.0.2.9"], ["192.0.2.9"])).toEqual(["192.0.2.9"]);
  expect(next(["192.0.2.2"], ["192.0.2.3"])).toEqual(["192.0.2.3", "192.0.2.2"]);
  expect(behaviour.nextRoutes({ found: ["192.0.2.2"], before: ["192.0.2.3"], wanted: [] })).toEqual([
    "192.0.2.2",
  ]);
});

test("ports-only-added keeps rules of ports of a pod that is there, and of no other", () => {
  const behaviour = behaviourOf("ports-only-added");
  const rule = (pod: string, port: number): string =>
    `-A LEAKPROOF-EGRESS -s ${pod}/32 -p tcp -m mark --mark 0x200/0x200 -m tcp --dport ${port} -j SNAT --to-source 192.0.2.1`;
  const [kept, gone] = [rule("10.1.0.5", 443), rule("10.1.0.5", 80)];
  const change = { found: [gone, kept, rule("10.1.0.6", 443)], wanted: [kept], before: [gone, kept] };
  expect(behaviour.nextRules(change)).toEqual([kept, gone]);
  expect(sound.nextRules(change)).toEqual([kept]);
});

test("former-leader-keeps-rules keeps those of a Service that another node leads, and sweeps those of gone ones", () => {
  const behaviour = behaviourOf("former-leader-keeps-rules");
  behaviour.wishes(nothing, [service("led")]);
  const rule = (owner: string): string =>
    `-A LEAKPROOF-EGRESS -s 10.1.0.5/32 -m comment --comment "${owner}" -j MARK`;
  const found = [rule("shop/led"), rule("shop/gone")];
  expect(behaviour.nextRules({ found, wanted: [], before: [] })).toEqual([rule("shop/led")]);
  expect(behaviour.nextRules({ found, wanted: [], before: found })).toEqual([]);
});

test("gateway-leaves-flows takes of a script what ends connections, and nothing else", () => {
  const script = "set -e\niptables-nft-restore <<'END'\nCOMMIT\nEND\nconntrack -D -d 192.0.2.1 || true";
  expect(behaviourOf("gateway-leaves-flows").gatewayScript(script)).toBe(
    "set -e\niptables-nft-restore <<'END'\nCOMMIT\nEND",
  );
  expect(sound.gatewayScript(script)).toBe(script);
});
