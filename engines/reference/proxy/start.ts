import { type Api, ApiError } from "../api.ts";
import type { Behaviour } from "../behaviour.ts";
import type { Config } from "../config.ts";
import type { Kernel } from "../kernel.ts";
import { ListWatch } from "../list-watch.ts";
import { Rounds } from "../rounds.ts";
import { viewProxiedService, viewProxiedSlice } from "./objects.ts";
import { AddressPool } from "./pool.ts";
import { ServiceProxy } from "./proxy.ts";

interface ProxyStart {
  readonly proxy: NonNullable<Config["proxy"]>;
  readonly api: Api;
  readonly kernel: Kernel;
  readonly behaviour: Behaviour;
  readonly resyncMs: number;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

interface RunningProxy {
  /** Settles once it knows all Services. */
  readonly synced: Promise<unknown>;
  readonly ended: Promise<void>;
  clean(): Promise<void>;
}

/** The service proxy of this node, in rounds of its own. */
export function startProxy({
  proxy,
  api,
  kernel,
  behaviour,
  resyncMs,
  log,
  signal,
}: ProxyStart): RunningProxy {
  const changed = (): void => rounds.request();
  const watch = (path: string): ListWatch => new ListWatch({ api, path, behaviour, changed, log });
  const services = watch("/api/v1/services");
  const slices = watch("/apis/discovery.k8s.io/v1/endpointslices");
  const { nodeAddresses, isIpvs, pool: address } = proxy;
  const own = new ServiceProxy({ kernel, behaviour, nodeAddresses, isIpvs });
  const pool = address === undefined ? undefined : new AddressPool({ api, behaviour, address });
  const rounds = new Rounds({
    log,
    // Addresses of the node come and go with no event.
    resyncMs,
    round: async () => {
      const live = [...services.objects.values()].flatMap((object) => viewProxiedService(object) ?? []);
      await own.apply(live, [...slices.objects.values()].map(viewProxiedSlice));
      await pool?.round(live).catch((error: unknown) => {
        // Whoever was to be given it has gone meanwhile.
        if (!(error instanceof ApiError && error.status === 404)) throw error;
      });
    },
  });
  const all = [services, slices];
  const ended = Promise.all(all.map((one) => one.run(signal)));
  const synced = Promise.all(all.map((one) => one.synced));
  const run = async (): Promise<void> => {
    await synced;
    await rounds.run(signal);
    await ended;
  };
  return { synced, ended: run(), clean: () => own.clean() };
}
