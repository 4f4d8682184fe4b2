import { ApiError } from "../api.ts";
import { sound, type Applied } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

const renewMs = 1_000;

function leasesOf(owner: string): { readonly list: string; readonly name: string } {
  const [namespace = "", name = ""] = owner.split("/");
  const list = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  return { list, name: `reference-${name}` };
}

function now(): string {
  return new Date().toISOString().replace("Z", "000Z");
}

/** A loop for every pod that a Service ever had, where one for the Service is meant. */
function electForEver(): (state: Applied) => void {
  const pods = new Map<string, string>();
  const begun = new Map<string, Promise<void>>();
  const renew = (api: Applied["api"], owner: string): void => {
    const { list, name } = leasesOf(owner);
    const timer = setInterval(() => {
      api.write("PATCH", `${list}/${name}`, { spec: { renewTime: now() } }).catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 404) clearInterval(timer);
      });
    }, renewMs);
  };
  const begin = async (api: Applied["api"], owner: string): Promise<void> => {
    const { list, name } = leasesOf(owner);
    const spec = { holderIdentity: "reference", leaseDurationSeconds: 5, renewTime: now() };
    const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name }, spec };
    await api.write("POST", list, lease).catch(() => undefined);
    renew(api, owner);
  };
  const end = async (api: Applied["api"], owner: string): Promise<void> => {
    await begun.get(owner);
    const { list, name } = leasesOf(owner);
    await api.write("DELETE", `${list}/${name}`).catch(() => undefined);
  };
  return ({ desired, api }) => {
    const wanted = new Map(desired.egress.map(({ owner, pod }) => [owner, pod]));
    for (const [owner, pod] of wanted) {
      if (!pods.has(owner)) begun.set(owner, begin(api, owner));
      else if (pods.get(owner) !== pod) renew(api, owner);
      pods.set(owner, pod);
    }
    for (const owner of [...pods.keys()].filter((known) => !wanted.has(known))) {
      pods.delete(owner);
      void end(api, owner);
    }
  };
}

export const twoElectionLoops: Mutant = {
  name: "two-election-loops",
  breaks: "Each time a pod is replaced, one more loop renews the lease of its Service, and none ever ends.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/1663",
  scenario: "egress-rests-after-moves",
  oracle: "rate-at-rest",
  rights: ["write-leases"],
  behaviour: () => ({ ...sound, applied: electForEver() }),
};
