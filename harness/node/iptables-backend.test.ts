import { expect, it } from "vitest";
import { iptablesBackend, readBackend } from "./iptables-backend.ts";

it.each([
  ["iptables v1.8.9 (nf_tables)\n", "nf_tables"],
  ["iptables v1.8.9 (legacy)\n", "legacy"],
  ["iptables v1.6.1\n", "legacy"],
  ["sh: iptables: not found", undefined],
  ["", undefined],
])("reads %j", (version, backend) => {
  expect(readBackend(version)).toBe(backend);
});

it("is absent where there is no such tool", async () => {
  expect(await iptablesBackend(async () => ({ stdout: "" }))).toEqual({});
  expect(await iptablesBackend(async () => ({ stdout: "iptables v1.8.9 (legacy)" }))).toEqual({
    iptables: "legacy",
  });
});
