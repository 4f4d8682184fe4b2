import { describe, expect, it } from "vitest";
import type { EngineProfile, KeptItem } from "../model/engine.ts";
import { isMatch } from "../model/matcher.ts";
import type { StateItem } from "../model/state.ts";
import type { AttemptContext } from "./attempt-context.ts";
import { expectBeside, profileOfBoth } from "./beside.ts";

const empty: EngineProfile = {
  features: [],
  keeps: [],
  keepsObjects: [],
  constants: [],
  exit: { policy: "cleans", except: [] },
  worstCaseMs: 5_000,
  settleMs: 600,
};
const other: EngineProfile = {
  ...empty,
  features: ["service-rules"],
  keeps: [
    { title: "base chain", families: ["nftables"], table: "ip others", kinds: ["chain"], reason: "stays" },
    { title: "table", families: ["nftables"], table: "ip others", kinds: ["table"], reason: "stays" },
  ],
  exit: { policy: "keeps", except: [] },
  worstCaseMs: 35_000,
  settleMs: 1_200,
};

const rule = (table: string): StateItem => ({
  family: "nftables",
  table,
  chain: "services",
  kind: "rule",
  text: "ip daddr 10.97.0.9 drop",
  tokens: [],
});

describe("profileOfBoth", () => {
  const both = profileOfBoth({ ...empty, features: ["service-address"] }, other);

  it("claims and exits as the engine under test does, in the time of the slower one", () => {
    expect(both).toMatchObject({ features: ["service-address"], exit: { policy: "cleans" } });
    expect([both.worstCaseMs, both.settleMs]).toEqual([35_000, 1_200]);
  });

  it("leaves the other one its tables when the engine exits, and nobody else's", () => {
    const isLeft = (item: StateItem) => both.exit.except.some((kept) => isMatch(kept, item));
    expect([isLeft(rule("ip others")), isLeft(rule("ip foreign"))]).toEqual([true, false]);
    expect(both.exit.except).toHaveLength(1);
  });

  it("leaves it its virtual servers, its sets, and what is on its interface", () => {
    const keeps: readonly KeptItem[] = [
      { title: "default", families: ["ipvs"], kinds: ["service"], reason: "stays" },
      { title: "sets", families: ["ipset"], chain: "others-.*", kinds: ["set"], reason: "stays" },
      { title: "interface", families: ["link"], text: "dummy7", reason: "stays" },
      { title: "address", families: ["address"], text: "10.97.0.1/32", reason: "stays" },
    ];
    const { exit } = profileOfBoth(empty, { ...other, keeps });
    const item = (family: StateItem["family"], text: string): StateItem => ({
      family,
      kind: "address",
      text,
      tokens: [],
    });
    const left = [
      item("ipvs", "-A -t 10.97.0.9:80 -s rr"),
      item("ipset", "add others-a 10.97.0.9"),
      item("address", "10.97.0.9/32 dev dummy7 scope link"),
      item("address", "10.97.0.1/32 dev eth0 scope global"),
      item("address", "10.97.0.9/32 dev dummy70 scope link"),
    ].map((each) => exit.except.some((kept) => isMatch(kept, each)));
    expect(left).toEqual([true, true, true, false, false]);
  });

  it("lets a rule of a gone object stay nowhere, whoever made it", () => {
    expect(both.keeps.some((kept) => isMatch(kept, rule("ip others")))).toBe(false);
  });
});

describe("expectBeside", () => {
  const contextWith = (hasExited: boolean) =>
    ({
      engines: new Map([["n1", { beside: { hasExited: () => hasExited, tail: () => "no such flag" } }]]),
      beside: { engine: { name: "others" } },
    }) as unknown as AttemptContext;

  it("is silent while it runs, and where there is none", () => {
    expect(() => expectBeside(contextWith(false))).not.toThrow();
    expect(() => expectBeside({ engines: new Map([["n1", {}]]) } as unknown as AttemptContext)).not.toThrow();
  });

  it("tells of one that has ended, with the end of its log", () => {
    expect(() => expectBeside(contextWith(true))).toThrow(
      /\[engine\/beside-gone\] others.*n1[^]*no such flag/,
    );
  });
});
