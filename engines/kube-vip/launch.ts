import type { LaunchRequest, LaunchSpec } from "../../harness/model/engine.ts";
import { apiServerPort } from "../api-server-items.ts";
import type { Era } from "./eras.ts";
import { environmentOptions, eraOfSelection, leaseTimings } from "./options.ts";

/**
 * kube-vip as a service load balancer. It never reads KUBECONFIG; all releases
 * read $HOME/.kube/config where /etc/kubernetes/admin.conf is absent (v0.8.4:pkg/manager/manager.go:83-122).
 */
export function launch(request: LaunchRequest): LaunchSpec {
  const era = eraOfSelection(request.selection);
  return {
    // The metrics server is off by the flag alone: an empty variable counts as unset, and :2112 may be taken.
    argv: [request.program, "manager", "--prometheusHTTPServer", ""],
    env: {
      HOME: request.home,
      ...environment(request, era),
      ...environmentOptions(request.selection),
    },
    files: {
      ".kube/config": request.kubeconfig,
      ...(request.settings.balancesControlPlane ? serviceAccount(request) : {}),
    },
    ...(request.settings.balancesControlPlane ? { serviceAccountFiles } : {}),
    hostname: request.node.name,
  };
}

const serviceAccountFiles = "serviceaccount";

/** Whether an API server is well is asked as from a pod, whatever kubeconfig there is (v0.8.5:pkg/backend/backend.go:45). */
function serviceAccount({ token, apiCa, settings }: LaunchRequest): Readonly<Record<string, string>> {
  return {
    [`${serviceAccountFiles}/token`]: token,
    [`${serviceAccountFiles}/ca.crt`]: apiCa,
    [`${serviceAccountFiles}/namespace`]: settings.engineNamespace ?? "kube-system",
  };
}

function environment(request: LaunchRequest, era: Era): Readonly<Record<string, string>> {
  const { settings } = request;
  return {
    vip_loglevel: era.debugLevel,
    vip_interface: request.interface,
    ...(request.selection.variant === "arp" ? { vip_arp: "true" } : { vip_routingtable: "true" }),
    svc_enable: "true",
    cp_namespace: settings.engineNamespace ?? "kube-system",
    ...(settings.balancesControlPlane ? patientTimings : leaseTimings),
    ...(settings.leaderElection === false ? {} : { svc_election: "true" }),
    ...(era.identity === "vip_nodename" ? { vip_nodename: request.node.name } : {}),
    ...(era.vipSubnet === undefined ? {} : { vip_subnet: era.vipSubnet }),
    // Only where asked for: v0.8.2 to v0.8.4 read no variable that comes after it (kube-vip #970).
    ...(settings.routeTable === undefined ? {} : { vip_routingtableid: String(settings.routeTable) }),
    ...(settings.controlPlaneVip === undefined ? {} : controlPlane(settings.controlPlaneVip, request)),
    ...(settings.egressCidrs === undefined ? {} : egressNetworks(settings.egressCidrs, era)),
  };
}

/** Upstream's own since v1.1.0: who does not renew in time ends, and a node with virtual servers may be a guest that is emulated. */
const patientTimings = { vip_leaseduration: "15", vip_renewdeadline: "10", vip_retryperiod: "2" };

/** One election for the address of the API server, beside those of Services. `port` is where API servers listen on their nodes. */
function controlPlane(
  address: string,
  { settings, apiServer }: LaunchRequest,
): Readonly<Record<string, string>> {
  const election = { cp_enable: "true", vip_leaderelection: "true", address };
  if (!settings.balancesControlPlane) return { ...election, port: String(apiServerPort) };
  const { hostname, port } = new URL(apiServer);
  return {
    ...election,
    port,
    lb_enable: "true",
    lb_port: String(apiServerPort),
    KUBERNETES_SERVICE_HOST: hostname.replace(/^\[|\]$/g, ""),
    KUBERNETES_SERVICE_PORT: port,
  };
}

function egressNetworks(
  cidrs: { readonly pod: string; readonly service: string },
  era: Era,
): Readonly<Record<string, string>> {
  // Egress from IPv6 pods is done for EndpointSlices only (v0.8.4:pkg/manager/services.go:184).
  const needsSlices = cidrs.pod.includes(":") && era.egressIpv6 && era.backends === "endpoints";
  return {
    egress_podcidr: cidrs.pod,
    egress_servicecidr: cidrs.service,
    ...(needsSlices ? { enable_endpointslices: "true" } : {}),
  };
}
