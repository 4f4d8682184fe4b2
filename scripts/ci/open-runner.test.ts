import { expect, it } from "vitest";
import { openings } from "./open-runner.ts";

const switchesOf = async (values: Readonly<Record<string, string>>): Promise<readonly string[]> =>
  (await openings(async (name) => values[name]))
    .filter(({ argv }) => argv[0] === "sysctl")
    .map(({ argv }) => argv.join(" "));

it("turns the switches that forbid user namespaces, and no other", async () => {
  expect(await switchesOf({})).toEqual([]);
  expect(await switchesOf({ "kernel.apparmor_restrict_unprivileged_userns": "0" })).toEqual([]);
  expect(
    await switchesOf({
      "kernel.apparmor_restrict_unprivileged_userns": "1",
      "user.max_user_namespaces": "15000",
    }),
  ).toEqual(["sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"]);
});

it("asks for every module that a probe names, once", async () => {
  const modules = (await openings(async () => undefined)).map(({ argv }) => argv);
  expect(modules).toContainEqual(["modprobe", "ip_set_hash_ip"]);
  expect(new Set(modules.map(String)).size).toBe(modules.length);
});
