import { describe, expect, test } from "vitest";
import { sound, type Behaviour } from "../behaviour.ts";
import { mutants } from "../mutants/all.ts";
import { viewProxiedService } from "./objects.ts";
import { AddressPool } from "./pool.ts";

const address = "172.29.0.7";

function service(name: string, given?: string, type = "LoadBalancer") {
  const ingress = given === undefined ? [] : [{ ip: given }];
  const view = viewProxiedService({
    metadata: { namespace: "shop", name },
    spec: { type, clusterIP: "10.97.0.5", ports: [] },
    status: { loadBalancer: { ingress } },
  });
  if (view === undefined) throw new Error("it is one");
  return view;
}

function open(behaviour: Behaviour = sound) {
  const paths: string[] = [];
  const api = {
    write: async (_: string, path: string) => {
      paths.push(path);
    },
  };
  return { pool: new AddressPool({ api, behaviour, address }), paths };
}

const pathOf = (name: string): string => `/api/v1/namespaces/shop/services/${name}/status`;

describe("the pool", () => {
  test("gives its address to one Service of type LoadBalancer at a time", async () => {
    const { pool, paths } = open();
    await pool.round([service("plain", undefined, "NodePort"), service("b"), service("a")]);
    expect(paths).toEqual([pathOf("a")]);
    await pool.round([service("a", address), service("b")]);
    expect(paths).toHaveLength(1);
    await pool.round([service("b")]);
    expect(paths).toEqual([pathOf("a"), pathOf("b")]);
  });

  test("of the mutant never gets it back", async () => {
    const broken = mutants.find(({ name }) => name === "pool-address-never-given-back");
    const { pool, paths } = open(broken?.behaviour());
    await pool.round([service("a")]);
    await pool.round([service("b")]);
    expect(paths).toEqual([pathOf("a")]);
  });
});
