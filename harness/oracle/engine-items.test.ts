import { expect, test } from "vitest";
import { engineItems, foreignItems } from "./engine-items.ts";
import { RecordingBuilder, rule, testNode } from "./testing.ts";
import { snapshotsOf } from "./timeline.ts";

const docker = (port: number) => rule("nat", "DOCKER_OUTPUT", `-j DNAT --to-destination 127.0.0.11:${port}`);
const own = rule("mangle", "PREROUTING", "-s 10.244.0.5/32 -j MARK");

test("what a node has when it was restarted is no more the engine's than what it had at first", () => {
  const builder = new RecordingBuilder()
    .started([docker(1)])
    .begin("one")
    .look("step", [docker(1), own]);
  builder.look("baseline", [docker(2)]).look("planted", [docker(2)]);
  builder.look("step", [docker(2), own]).look("step", [docker(2), docker(1)]);
  const recording = builder.whole();
  const [first, second, third] = snapshotsOf(recording, testNode.name).filter(
    ({ moment }) => moment === "step",
  );
  if (!first || !second || !third) throw new Error("no views");
  expect(engineItems(recording, first)).toEqual([own]);
  expect(engineItems(recording, second)).toEqual([own]);
  expect(foreignItems(recording, second)).toEqual([docker(2)]);
  // What came with the first boot and comes again by itself is somebody's doing.
  expect(engineItems(recording, third)).toEqual([docker(1)]);
});
