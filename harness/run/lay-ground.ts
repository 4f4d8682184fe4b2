import { controlProber } from "../oracle/api-reachability.ts";
import { controlSamples } from "../probe/api-probe.ts";
import { until } from "../wait/until.ts";
import type { AttemptContext } from "./attempt-context.ts";
import { lookNow } from "./look.ts";
import { plantDecoys } from "./plant-decoys.ts";
import { plantStep } from "./prepare-attempt.ts";

const probeEveryMs = 200;
/** An emulated processor has other things to do than dozens of handshakes a second, of which the limit of an outage needs few. */
const emulatedProbeEveryMs = 600;

const isEmulated = ({ kernel }: AttemptContext["nodes"][number]): boolean => kernel.kind === "guest-tcg";

/** Probes every node's address from every node and its pods, and waits for the control window. */
async function startProbes(context: AttemptContext): Promise<void> {
  const { cluster, nodes, recorder, signal } = context;
  const samples = new Map<string, number>();
  // Several nodes may have one way to the API server.
  const urls = [...new Set(nodes.flatMap((node) => cluster.apiUrls(node)))];
  const everyMs = nodes.some(isEmulated) ? emulatedProbeEveryMs : probeEveryMs;
  await cluster.startControlProbe(controlProber, everyMs, (sample) =>
    recorder.add({ kind: "probe", ...sample }),
  );
  for (const node of nodes) {
    await node.startProbes(urls, cluster.ca, everyMs, (sample) => {
      const prober = `${sample.from} ${sample.to} ${sample.connection}`;
      samples.set(prober, (samples.get(prober) ?? 0) + 1);
      recorder.add({ kind: "probe", ...sample });
    });
  }
  const wanted = nodes.length * urls.length * 4;
  const hasControl = async (): Promise<true | undefined> =>
    samples.size >= wanted && [...samples.values()].every((count) => count >= controlSamples)
      ? true
      : undefined;
  await until("probes of the API server before the engine starts", hasControl, {
    timeoutMs: 15_000,
    everyMs: 20,
    signal,
  });
}

/** Pods are addresses of their own namespace: nothing on the node tells of them. */
async function addPods({ nodes, world }: AttemptContext): Promise<void> {
  await Promise.all(
    nodes.map(async (node) => {
      for (const pod of world.pods) if (pod.node === node.ref.name) await node.addPod(pod.address);
    }),
  );
}

/** A look at what is there, and somebody else's state beside it. */
async function plantFirst(context: AttemptContext): Promise<void> {
  const baseline = await lookNow(context, plantStep, "baseline");
  // On somebody's cluster nothing is planted, and no packet is sent.
  if (context.cluster.theirs === undefined) await plantDecoys(context, "before", baseline);
}

/** What an engine finds on its nodes: pods, somebody else's state, and probes of the API server that go on from now. */
export async function layGround(context: AttemptContext): Promise<void> {
  const isOurs = context.cluster.theirs === undefined;
  const planted = Promise.all([addPods(context), plantFirst(context)]);
  // An emulated processor is slow, and its only one: what is planted would take it from the probes.
  if (context.nodes.some(isEmulated)) await planted;
  await Promise.all([planted, isOurs ? startProbes(context) : undefined]);
}
