import { expect, test } from "vitest";
import { HarnessError } from "../../errors/harness-error.ts";
import { expectGuests } from "./expect-guests.ts";

const lacking = [{ feature: "ip_vs", seen: "Can't initialize ipvs: Operation not permitted\nAre you sure?" }];

test("without guests the error says what they were needed for, and why there are none", () => {
  expect(() => expectGuests(undefined, lacking)).toThrow(
    /^\[guest\/kernel-missing\].*ip_vs \(Can't initialize/,
  );
  const problem = new HarnessError("guest/tool-missing", "QEMU is not installed.\nFix: install it");
  const thrown = (() => {
    try {
      return expectGuests({ kind: "none", problem }, lacking);
    } catch (error) {
      return error;
    }
  })();
  expect(thrown).toMatchObject({ code: "guest/tool-missing" });
  expect(String(thrown)).toMatch(/ip_vs \(Can't.*QEMU is not installed.\nFix: install it/);
});

test("guests that there are, are taken", () => {
  const guests = {
    kernel: { version: "6.1", image: "/vmlinuz", modules: "/modules" },
    initramfs: async () => "",
    program: async () => ({ directory: "", file: "" }),
    accelerator: async () => "tcg" as const,
  };
  expect(expectGuests({ kind: "guests", ...guests }, lacking).kernel.version).toBe("6.1");
});
