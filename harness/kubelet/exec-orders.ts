import type { ExecAct } from "../model/scenario.ts";

/** What is to become of one exec. */
export interface ExecOrder {
  /** The next exec whose command line holds this text, as a word, is concerned. */
  readonly about: string;
  readonly act: ExecAct;
}

/** An order on its way. */
export interface GivenOrder extends ExecOrder {
  /** Resolves with the command line when an exec is where the order wants it; never rejects. */
  readonly reached: Promise<string>;
  /** Whether an exec was met by it. */
  isTaken(): boolean;
  /** Lets the exec go on that it holds, or never holds one. Idempotent. */
  release(): void;
}

/** The kubelet's side of an order: what it has to wait for, and to tell. */
export interface TakenOrder {
  readonly act: ExecAct;
  readonly released: Promise<void>;
  tellReached(): void;
}

/** Whether a line has the text as a word of its own: 172.31.0.5 is not in 172.31.0.50. */
function hasWord(line: string, text: string): boolean {
  for (let at = line.indexOf(text); at >= 0; at = line.indexOf(text, at + 1)) {
    const around = `${line[at - 1] ?? " "}${line[at + text.length] ?? " "}`;
    if (!/[\w.]/.test(around)) return true;
  }
  return false;
}

/** The orders to one kubelet; each concerns one exec. */
export interface ExecOrders {
  give(order: ExecOrder): GivenOrder;
  /** The first order that is about this command and has met none. */
  take(command: readonly string[]): TakenOrder | undefined;
  releaseAll(): void;
}

export function createExecOrders(): ExecOrders {
  const waiting: (ExecOrder & { readonly meet: (command: string) => TakenOrder })[] = [];
  const given: GivenOrder[] = [];
  return {
    give(order) {
      const reached = Promise.withResolvers<string>();
      const released = Promise.withResolvers<void>();
      let isTaken = false;
      const meet = (command: string): TakenOrder => {
        isTaken = true;
        return { act: order.act, released: released.promise, tellReached: () => reached.resolve(command) };
      };
      waiting.push({ ...order, meet });
      const own: GivenOrder = {
        ...order,
        reached: reached.promise,
        isTaken: () => isTaken,
        release: () => released.resolve(),
      };
      given.push(own);
      return own;
    },
    take(command) {
      const line = command.join(" ");
      const at = waiting.findIndex(({ about }) => hasWord(line, about));
      const [met] = at < 0 ? [] : waiting.splice(at, 1);
      return met?.meet(line);
    },
    releaseAll() {
      waiting.length = 0;
      for (const order of given) order.release();
    },
  };
}
