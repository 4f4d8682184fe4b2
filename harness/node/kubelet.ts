/** What only a node of a real cluster has: a kubelet, which runs the engine as a pod of a DaemonSet. */
export interface NodeKubelet {
  /**
   * Asks for the end of the engine's pod.
   *
   * @returns its name, as soon as the API server has taken the request
   */
  deletePod(graceSeconds: number): Promise<string>;
  /**
   * Gives the template of the engine's DaemonSet another revision: its controller replaces the pod.
   *
   * @returns which revision, for people
   */
  roll(): Promise<string>;
  /**
   * Gives the DaemonSet another version of the engine; its controller replaces the pod.
   *
   * @param program - host path of that version's
   */
  rollTo(program: string): Promise<void>;
  /** Stops the kubelet: containers go on, and one that ends stays so. */
  stop(): Promise<void>;
  start(): Promise<void>;
  isRunning(): Promise<boolean>;
  /** Whether the engine's container runs and waits for the harness to let it go on. */
  isContainerUp(): Promise<boolean>;
  /**
   * Takes the engine's image from the node; what runs of it goes on.
   *
   * @returns its reference
   */
  removeImage(): Promise<string>;
  restoreImage(): Promise<void>;
  /** Why the engine's container is not started, in kubelet's word; undefined where it is, or there is no pod. */
  waitingFor(): Promise<string | undefined>;
  /**
   * Restarts the node itself: all its processes end at once, its kernel state is gone, and what is on its disk stays. Resolves
   * when the node works as before, the API server too, with the engine's container at the harness's gate.
   *
   * @returns what it is now in place of what, for people
   * @throws {HarnessError} `kind/restart-failed`
   */
  restartNode(signal: AbortSignal): Promise<string>;
}
