import type { EventOf } from "../../model/recording.ts";

/** What an agent can do in its network namespace. */
export type AgentCommand =
  /** Listens on `host`:`port` and joins every connection to `toHost`:`toPort`. */
  | {
      readonly do: "relay";
      readonly host: string;
      readonly port: number;
      readonly toHost: string;
      readonly toPort: number;
    }
  /** Answers TCP on `address`:`port` with a line that holds the address. */
  | { readonly do: "answer"; readonly address: string; readonly port: number }
  /** Remembers the source of every datagram to `port`, both families. */
  | { readonly do: "receive"; readonly port: number }
  /** The source of the datagram that carried `payload`; null when none came in time. */
  | { readonly do: "received"; readonly payload: string; readonly timeoutMs: number }
  | {
      readonly do: "send";
      readonly from: string;
      readonly to: string;
      readonly port: number;
      readonly payload: string;
    }
  /** Opens a TCP connection, from the address `from` where it is given, and gives the line that comes back. */
  | {
      readonly do: "connect";
      readonly from?: string;
      readonly host: string;
      readonly port: number;
      readonly timeoutMs: number;
    }
  /** Looks for a neighbour's address on the link, and asks it for an echo where there is a tool for that; gives what came of it. */
  | { readonly do: "reach"; readonly address: string; readonly timeoutMs: number }
  /** Looks at the API server every `everyMs`, by new connections and by a kept one. */
  | {
      readonly do: "probe";
      readonly from: string;
      readonly url: string;
      readonly ca: string;
      readonly everyMs: number;
    }
  | { readonly do: "stop-probes" };

export interface AgentRequest {
  readonly id: number;
  readonly command: AgentCommand;
}

/** One sample of a probe; `agoMs` is its age when it was sent. */
export type ProbeSample = Omit<EventOf<"probe">, "atMs" | "kind">;

export type AgentMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "reply"; readonly id: number; readonly value: string | null }
  | { readonly kind: "failed"; readonly id: number; readonly error: string }
  | { readonly kind: "probe"; readonly sample: ProbeSample };
