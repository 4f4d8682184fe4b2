import fc from "fast-check";
import { expect, test } from "vitest";
import { loadOrder } from "./modules.ts";

const dep = `kernel/drivers/virtio/virtio.ko: kernel/drivers/virtio/virtio_ring.ko
kernel/drivers/virtio/virtio_ring.ko:
kernel/net/9p/9pnet.ko:
kernel/net/9p/9pnet_virtio.ko.xz: kernel/net/9p/9pnet.ko kernel/drivers/virtio/virtio.ko kernel/drivers/virtio/virtio_ring.ko
kernel/net/netfilter/xt-odd.ko:
`;
const builtin = "kernel/net/packet/af_packet.ko\n";

test("what a module needs is inserted before it, and nothing twice", () => {
  expect(loadOrder({ dep, builtin }, ["9pnet_virtio", "virtio", "xt_odd"])).toEqual([
    "kernel/net/9p/9pnet.ko",
    "kernel/drivers/virtio/virtio_ring.ko",
    "kernel/drivers/virtio/virtio.ko",
    "kernel/net/9p/9pnet_virtio.ko.xz",
    "kernel/net/netfilter/xt-odd.ko",
  ]);
});

test("what is part of the kernel needs no module", () => {
  expect(loadOrder({ dep, builtin }, ["af_packet"])).toEqual([]);
});

test("what the kernel lacks is an error that names all of it", () => {
  expect(() => loadOrder({ dep, builtin }, ["virtio", "ip_vs", "dummy"])).toThrow(
    /guest\/kernel-missing.*ip_vs, dummy/,
  );
});

test("always: a module stands behind all that it needs", () => {
  const names = ["m0", "m1", "m2", "m3", "m4", "m5"];
  // Each needs only some of those before it: modules have no cycles.
  const tables = fc.tuple(...names.map((_, index) => fc.subarray(names.slice(0, index))));
  fc.assert(
    fc.property(tables, fc.shuffledSubarray(names, { minLength: 1 }), (needs, wanted) => {
      const text = names
        .map((name, index) => `k/${name}.ko: ${(needs[index] ?? []).map((need) => `k/${need}.ko`).join(" ")}`)
        .join("\n");
      const order = loadOrder({ dep: text, builtin: "" }, wanted);
      expect(new Set(order).size).toBe(order.length);
      for (const [position, path] of order.entries()) {
        const own = needs[names.indexOf(path.slice(2, -3))] ?? [];
        for (const need of own) expect(order.slice(0, position)).toContain(`k/${need}.ko`);
      }
    }),
  );
});
