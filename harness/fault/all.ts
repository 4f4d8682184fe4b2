import type { FaultAction } from "../model/fault.ts";
import { apiDown } from "./api-down.ts";
import { apiLatency } from "./api-latency.ts";
import { apiServerRestart } from "./api-server-restart.ts";
import { apiStale } from "./api-stale.ts";
import { apiStatus } from "./api-status.ts";
import { apiWatchCut } from "./api-watch-cut.ts";
import { apiWatchGone } from "./api-watch-gone.ts";
import { callFails } from "./call-fails.ts";
import type { Fault } from "./fault.ts";
import { daemonSetRolled } from "./daemon-set-rolled.ts";
import { foreignDeletion } from "./foreign-deletion.ts";
import { hold } from "./hold.ts";
import { hurry } from "./hurry.ts";
import { imageMissing } from "./image-missing.ts";
import { kill } from "./kill.ts";
import { kubeletStopped } from "./kubelet-stopped.ts";
import { linkDown } from "./link-down.ts";
import { nodeReboot } from "./node-reboot.ts";
import { nodeRestarted } from "./node-restarted.ts";
import { pause } from "./pause.ts";
import { podDeleted } from "./pod-deleted.ts";
import { restartLoop } from "./restart-loop.ts";
import { setInUse } from "./set-in-use.ts";
import { terminate } from "./terminate.ts";
import { toolFails } from "./tool-fails.ts";
import { xtablesLock } from "./xtables-lock.ts";

/** Every kind of fault. */
export const faults: { readonly [K in FaultAction["kind"]]: Fault<Extract<FaultAction, { kind: K }>> } = {
  kill,
  terminate,
  pause,
  "restart-loop": restartLoop,
  hold,
  hurry,
  "api-latency": apiLatency,
  "api-status": apiStatus,
  "api-watch-cut": apiWatchCut,
  "api-watch-gone": apiWatchGone,
  "api-stale": apiStale,
  "api-down": apiDown,
  "api-server-restart": apiServerRestart,
  "xtables-lock": xtablesLock,
  "call-fails": callFails,
  "tool-fails": toolFails,
  "set-in-use": setInUse,
  "link-down": linkDown,
  "foreign-deletion": foreignDeletion,
  "node-reboot": nodeReboot,
  "pod-deleted": podDeleted,
  "daemon-set-rolled": daemonSetRolled,
  "kubelet-stopped": kubeletStopped,
  "image-missing": imageMissing,
  "node-restarted": nodeRestarted,
};
