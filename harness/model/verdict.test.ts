import { expect, it } from "vitest";
import { findingKey } from "./verdict.ts";

const keyOf = (why: string): string =>
  findingKey("x", { oracle: "residue", level: "core", step: "created", why });

it("calls a finding the same whatever addresses, names, UIDs and hashes a run has", () => {
  expect(keyOf("-d 10.244.0.5/32 lp-web-k3j2a -j KUBE-POD-FW-KNTN7ZG3RFRPSFCZ")).toBe(
    keyOf("-d 10.244.0.77/32 lp-web-zzzzz -j KUBE-POD-FW-LEXTBLSBE3OCKILU"),
  );
  expect(keyOf("chain of 7f0c2a52-9c3b-4b9e-8a55-0d5f4e0c1d2e")).toBe("x|residue|created|chain of UID");
});

it("tells chains of another kind, and other tables, apart", () => {
  expect(keyOf("-j KUBE-POD-FW-KNTN7ZG3RFRPSFCZ")).not.toBe(keyOf("-j KUBE-NWPLCY-KNTN7ZG3RFRPSFCZ"));
  expect(keyOf("-j KUBE-NWPLCY-DEFAULT")).not.toBe(keyOf("-j KUBE-NWPLCY-KNTN7ZG3RFRPSFCZ"));
});
