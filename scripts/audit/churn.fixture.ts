import { setTimeout as sleep } from "node:timers/promises";
import { kubeProxy } from "../../engines/kube-proxy/engine.ts";
import type { ClusterLease } from "../../harness/cluster/cluster.ts";
import { answerErrand } from "../../harness/cluster/sandbox/in-sandbox.fixture.ts";
import type { FeatureObject } from "../../harness/model/objects.ts";
import { auditNow, type LiveEngine, prepareEngine, type Told } from "./live-engine.fixture.ts";

export interface ChurnErrand {
  readonly kubeProxy: string;
  readonly services: number;
  readonly endpointsEach: number;
  /** Of each variant. */
  readonly churnMs: number;
}

export interface ChurnResult {
  readonly changes: number;
  /** One while nothing changes, then those during the churn, then one at rest again. */
  readonly audits: readonly Told[];
}

const changesEveryMs = 250;

interface Shape {
  readonly index: number;
  /** Grows with every change, so that no address is ever used twice. */
  generation: number;
  exists: boolean;
}

function serviceOf({ index, generation }: Shape, endpoints: number): FeatureObject {
  const address = (count: number): string => `10.244.${(count >> 8) & 0xff}.${count & 0xff}`;
  return {
    kind: "service",
    name: `web-${index}`,
    type: index % 10 === 0 ? "NodePort" : "ClusterIP",
    clusterIp: `10.97.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`,
    ports: [
      {
        name: "http",
        protocol: "TCP",
        port: 80,
        targetPort: 8080,
        ...(index % 10 === 0 ? { nodePort: 30_000 + index } : {}),
      },
    ],
    backends: Array.from({ length: endpoints }, (_, pod) => ({
      address: address(((index * 37 + generation * 1_009) * 5 + pod) % 65_000),
      node: "elsewhere",
    })),
  };
}

/** An API server that is busy gives the address of a Service that went back some time later: it is tried again in a later round. */
function isStillTaken(thrown: unknown): false {
  if (!String(thrown).includes("provided IP is already allocated")) throw thrown;
  return false;
}

/** Endpoints are replaced, Services deleted and made again, one after the other, until told to stop. */
async function churn(
  live: LiveEngine,
  shapes: readonly Shape[],
  endpoints: number,
  stop: AbortSignal,
): Promise<number> {
  let changes = 0;
  while (!stop.aborted) {
    const shape = shapes[(changes * 17) % shapes.length];
    if (shape === undefined) break;
    if (shape.exists && changes % 5 === 4) {
      await live.remove(serviceOf(shape, endpoints));
      shape.exists = false;
    } else {
      shape.generation += 1;
      shape.exists = await live.apply(serviceOf(shape, endpoints)).then(() => true, isStillTaken);
    }
    changes += 1;
    await sleep(changesEveryMs);
  }
  return changes;
}

async function tryVariant(cluster: ClusterLease, errand: ChurnErrand, variant: string): Promise<ChurnResult> {
  const live = await prepareEngine(cluster, { engine: kubeProxy, program: errand.kubeProxy, variant });
  const { services, endpointsEach, churnMs } = errand;
  const shapes = Array.from(
    { length: services },
    (_, index): Shape => ({ index, generation: 0, exists: true }),
  );
  for (const shape of shapes) await live.apply(serviceOf(shape, endpointsEach));
  await live.start();
  await live.untilItem(`10.97.${1 + Math.floor((services - 1) / 250)}.${1 + ((services - 1) % 250)}`);
  const audits = [await auditNow(live, "--between", "5s")];
  const stop = new AbortController();
  const changing = churn(live, shapes, endpointsEach, stop.signal);
  for (const began = performance.now(); performance.now() - began < churnMs; )
    audits.push(await auditNow(live, "--between", "10s"));
  stop.abort();
  const changes = await changing;
  await sleep(3_000);
  audits.push(await auditNow(live, "--between", "5s"));
  await live.kill();
  for (const shape of shapes) if (shape.exists) await live.remove(serviceOf(shape, endpointsEach));
  return { changes, audits };
}

await answerErrand<ChurnErrand>(kubeProxy.variants.length, async (errand, pool) => {
  const results = kubeProxy.variants.map(async (variant) => {
    await using cluster = await pool.acquireCluster();
    return [variant, await tryVariant(cluster, errand, variant)] as const;
  });
  return Object.fromEntries(await Promise.all(results));
});
