import { expect, it } from "vitest";
import { decoysFor } from "./decoys.ts";

const apiServerAt = ["172.30.0.10", "fd00:30::a"];
const options = { routeTables: [], hasIpvs: true } as const;

function serversOf(decoys: ReturnType<typeof decoysFor>): readonly string[] {
  const texts = decoys.commands.filter(({ family }) => family === "ipvs").map(({ argv }) => argv.join(" "));
  return texts.filter((text) => text.includes(":6443"));
}

it("puts a virtual server in front of the API server at each address of the node, before the engine alone", () => {
  expect(serversOf(decoysFor({ ...options, phase: "before", apiServerAt }))).toEqual([
    "ipvsadm -A -t 172.30.0.10:6443 -s rr",
    "ipvsadm -a -t 172.30.0.10:6443 -r 172.30.0.10:6443 -m -w 1",
    "ipvsadm -A -t [fd00:30::a]:6443 -s rr",
    "ipvsadm -a -t [fd00:30::a]:6443 -r [fd00:30::a]:6443 -m -w 1",
  ]);
  expect(serversOf(decoysFor({ ...options, phase: "during", apiServerAt }))).toEqual([]);
  expect(serversOf(decoysFor({ ...options, phase: "before" }))).toEqual([]);
});
