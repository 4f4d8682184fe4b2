import { expect, test } from "vitest";
import { isOfPod } from "./find-first-process.ts";

const uid = "1c2d3e4f-0000-4000-8000-123456789abc";
const slice = `12:pids:/docker/ab12/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/kubelet-kubepods-besteffort-pod${uid.replaceAll("-", "_")}.slice/cri-containerd-77.scope`;

test("a process is known by its pod's uid, in systemd's spelling and in the plain one", () => {
  expect(isOfPod(`${slice}\n0::/\n`, uid)).toBe(true);
  expect(isOfPod(`0::/kubepods/besteffort/pod${uid}/77\n`, uid)).toBe(true);
});

test("a process of another pod, or of none, is not", () => {
  expect(isOfPod(slice, uid.replace("1c", "2c"))).toBe(false);
  expect(isOfPod("0::/system.slice/containerd.service\n", uid)).toBe(false);
});
