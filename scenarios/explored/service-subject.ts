import type { NodeRef } from "../../harness/model/scenario.ts";
import { freshPods } from "../../harness/model/schedule.ts";
import {
  answeredByBackends,
  answeredByNone,
  httpPort,
  type PlainService,
  portsOf,
} from "../building/service.ts";
import type { Subject, SubjectKind } from "./subject.ts";

function serviceOf({ object }: Subject): PlainService {
  if (object.kind !== "service") throw new Error(`${object.name} is no service`);
  return object;
}

function subjectOf(object: PlainService, node: NodeRef): Subject {
  const isEmpty = object.backends.length === 0;
  return {
    object,
    wanted: isEmpty ? [] : portsOf(object, node),
    traffic: isEmpty ? answeredByNone(object, node) : answeredByBackends(object, node),
    trafficWithout: answeredByNone(object, node),
  };
}

export const serviceKind: SubjectKind = {
  settings: {},
  create(world, node, name) {
    const address = (): string => world.pod(node);
    const backends = Array.from({ length: freshPods["service-rules"] }, () => ({
      node: node.name,
      address: address(),
    }));
    const clusterIp = world.clusterIp();
    return subjectOf(
      { kind: "service", name, type: "ClusterIP", clusterIp, ports: [httpPort], backends },
      node,
    );
  },
  move(world, node, before) {
    const service = serviceOf(before);
    const backends = service.backends.map(() => ({ node: node.name, address: world.pod(node) }));
    return subjectOf({ ...service, backends }, node);
  },
  scale(world, node, before, pods) {
    const service = serviceOf(before);
    const kept = service.backends.slice(0, pods);
    const gained = Array.from({ length: pods - kept.length }, () => ({
      node: node.name,
      address: world.pod(node),
    }));
    return subjectOf({ ...service, backends: [...kept, ...gained] }, node);
  },
  changePorts(before, node) {
    const service = serviceOf(before);
    // Ports that the service never had before: those of a change differ from those of every other.
    const ports = service.ports.map((port) => ({
      ...port,
      port: port.port + 1,
      targetPort: port.targetPort + 1,
    }));
    return subjectOf({ ...service, ports }, node);
  },
  /** The front of a service stays while it has that port, whoever is behind it. */
  shares(past, { object }) {
    return (
      past.kind === "service-port" &&
      object.kind === "service" &&
      object.clusterIp === past.clusterIp &&
      object.ports.some(({ port }) => port === past.port)
    );
  },
};
