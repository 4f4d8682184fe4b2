import type { EngineProfile } from "../model/engine.ts";
import { objectName, type KubeObject } from "../model/objects.ts";
import type { Limits, Plan } from "../model/plan.ts";
import type { EventOf, Moment, RecordedEvent, Recording } from "../model/recording.ts";
import type { NodeRef } from "../model/scenario.ts";
import type { AddressToken, StateItem, Token } from "../model/state.ts";
import { parseNetwork } from "../state/address.ts";

/** Recordings as tests of oracles need them. Used by tests only. */
export const testNode: NodeRef = { name: "lp-n1", ipv4: "172.30.1.10", ipv6: "fd00:30::10" };

/** A profile of an engine that keeps nothing and cleans on exit. */
const strictProfile: EngineProfile = {
  features: ["egress"],
  keeps: [],
  keepsObjects: [],
  constants: [],
  exit: { policy: "cleans", except: [] },
  worstCaseMs: 1000,
  settleMs: 100,
};

/** Settings of a test recording; what is left out is as plain as can be. */
export interface TestOptions {
  readonly profile?: Partial<EngineProfile>;
  readonly limits?: Partial<Limits>;
  readonly nodes?: readonly NodeRef[];
  readonly networks?: readonly string[];
  readonly plan?: Partial<Plan>;
  readonly aliases?: Readonly<Record<string, string>>;
}

type EventBody = RecordedEvent extends infer E ? (E extends RecordedEvent ? Omit<E, "atMs"> : never) : never;

/** Writes a recording event by event; the clock goes 10 ms further with each. */
export class RecordingBuilder {
  private readonly events: RecordedEvent[] = [];
  private readonly snapshots: Record<string, readonly StateItem[]> = {};
  private readonly known = new Set<string>();
  private readonly limits: Limits;
  private readonly plan: Partial<Plan>;
  private step = "<start>";
  private clockMs = 0;

  constructor(options: TestOptions = {}) {
    this.limits = { convergenceMs: 5000, apiOutageMs: 2000, exitMs: 3000, ...options.limits };
    const networks = (options.networks ?? ["10.244.0.0/16", "10.96.0.0/12"]).map((cidr) => ({
      cidr,
      what: "test",
    }));
    const engineProfile = { ...strictProfile, ...options.profile };
    this.plan = options.plan ?? {};
    const { aliases = {}, nodes = [testNode] } = options;
    this.event({ kind: "begin", nodes, engineProfile, networks, aliases });
  }

  /** Appends an event at the clock. */
  event(body: EventBody): this {
    this.events.push({ ...body, atMs: this.clockMs } as RecordedEvent);
    this.clockMs += 10;
    return this;
  }

  /** Lets time pass. */
  pass(ms: number): this {
    this.clockMs += ms;
    return this;
  }

  begin(step: string): this {
    this.step = step;
    return this.event({ kind: "step", step, state: "begin" });
  }

  end(): this {
    return this.event({ kind: "step", step: this.step, state: "end" });
  }

  /** Our write of the object. */
  apply(object: KubeObject): this {
    const target = objectName(object);
    const verb = this.known.has(target) ? "update" : "create";
    this.known.add(target);
    return this.event({ kind: "write", step: this.step, verb, target, object });
  }

  remove(target: string): this {
    return this.event({ kind: "write", step: this.step, verb: "delete", target });
  }

  engine(state: EventOf<"engine">["state"], more: Partial<EventOf<"engine">> = {}): this {
    return this.event({ kind: "engine", node: testNode.name, state, ...more });
  }

  /** A snapshot of the step that runs. */
  look(moment: Moment, items: readonly StateItem[], node = testNode.name): this {
    const digest = `digest-${this.events.length}`;
    this.snapshots[digest] = items;
    return this.event({ kind: "snapshot", node, step: this.step, moment, digest });
  }

  probe(ok: boolean, more: Partial<EventOf<"probe">> = {}): this {
    const from = `node ${testNode.name}`;
    const to = "https://172.30.1.10:6443";
    return this.event({ kind: "probe", from, to, connection: "new", ok, latencyMs: 1, ...more });
  }

  /** Baseline, planted, a control window of the probe, and an engine that is ready. */
  started(before: readonly StateItem[] = []): this {
    this.look("baseline", before).look("planted", before);
    return this.probe(true).probe(true).probe(true).engine("spawned").engine("ready");
  }

  /** The recording so far: cut short. */
  cut(): Recording {
    const engine = { name: "test", variant: "plain", options: {} };
    return {
      schemaVersion: 1,
      plan: {
        schemaVersion: 1,
        id: "test.test",
        scenario: "test",
        engine,
        engineDigest: "",
        settings: {},
        limits: this.limits,
        seed: 1,
        ...this.plan,
      },
      events: [...this.events],
      snapshots: { ...this.snapshots },
    };
  }

  /** The whole recording, with its last event. */
  whole(): Recording {
    return this.event({ kind: "end" }).cut();
  }
}

/** `10.0.0.5`, `10.0.0.0/8` or `10.0.0.5-10.0.0.7` as a token. */
export function addresses(text: string): AddressToken {
  return parseNetwork(text);
}

/** A destination or target port as a token. */
export function port(
  number: number,
  role: "destination" | "target" = "destination",
  protocol = "tcp",
): Token {
  return { kind: "ports", first: number, last: number, protocol, role };
}

/** A rule of iptables-legacy with the addresses that its text names. */
export function rule(table: string, chain: string, spec: string, tokens: readonly Token[] = []): StateItem {
  const named = [...spec.matchAll(/(?<=\s|^)\d+\.\d+\.\d+\.\d+(?:\/\d+)?/g)].map(([text]) => addresses(text));
  return {
    family: "iptables-legacy",
    table,
    chain,
    kind: "rule",
    text: `-A ${chain} ${spec}`,
    tokens: [...named, ...tokens],
  };
}

/** The MARK rule of a pod, as kube-vip writes it. */
export function markRule(pod: string): StateItem {
  return rule("mangle", "KUBE-VIP-EGRESS", `-s ${pod}/32 -j MARK --set-xmark 0x40/0x40`, [
    { kind: "mark", value: "0x40/0x40" },
  ]);
}

/** The SNAT rule of a pod, as kube-vip writes it. */
export function snatRule(pod: string, vip: string): StateItem {
  return rule("nat", "POSTROUTING", `-s ${pod}/32 -m mark --mark 0x40/0x40 -j SNAT --to-source ${vip}`);
}

export const namespace = "lp-a1";

/** A Service as an adapter renders it. */
export function service(
  name: string,
  spec: object,
  annotations: Readonly<Record<string, string>> = {},
): KubeObject {
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace, annotations }, spec };
}

/** Endpoints of one port. */
export function endpoints(name: string, hosts: readonly string[], targetPort = 8080): KubeObject {
  const subset = { addresses: hosts.map((ip) => ({ ip })), ports: [{ port: targetPort, protocol: "TCP" }] };
  return { apiVersion: "v1", kind: "Endpoints", metadata: { name, namespace }, subsets: [subset] };
}
