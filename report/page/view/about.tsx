import type { VNode } from "preact";
import type { PageData } from "../model/page-data.ts";
import { renderRoute } from "../model/route.ts";
import { Figures } from "./figures.tsx";
import { hasMachine } from "./load-data.ts";
import { CopyLine, Field, seconds } from "./parts.tsx";

function HalfLives({ data }: { readonly data: PageData }): VNode | null {
  const { halfLife } = data.report;
  if (halfLife === undefined) return null;
  const told = (ms: number | undefined): string => (ms === undefined ? "–" : seconds(ms));
  return (
    <details>
      <summary>Half-life: how long what was let go of stayed</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label="Half-lives">
        <table>
          <thead>
            <tr>
              {["Scenario", "Engine", "Faults", "Median", "p90", "Most", "Stayed to the end"].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {halfLife.map(({ scenario, engine, faults, medianMs, p90Ms, maxMs, never, count }, index) => (
              <tr key={index}>
                <th scope="row">{scenario}</th>
                <td>{engine}</td>
                <td>{faults ? "yes" : "no"}</td>
                <td class="number">{told(medianMs)}</td>
                <td class="number">{told(p90Ms)}</td>
                <td class="number">{told(maxMs)}</td>
                <td class="number">
                  {never} of {count}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** A mutant's name, with a way to its time machine where that is on the page. */
function MutantLink({
  data,
  name,
  scenario,
}: {
  readonly data: PageData;
  readonly name: string;
  readonly scenario: string;
}): VNode {
  const index = data.attempts.findIndex((one) => one.mutant?.name === name && one.scenario === scenario);
  const attempt = data.attempts[index];
  return attempt !== undefined && hasMachine(index) ? (
    <a href={renderRoute({ view: "attempt", id: attempt.id, params: {} })}>{name}</a>
  ) : (
    <code>{name}</code>
  );
}

function Power({ data }: { readonly data: PageData }): VNode | null {
  const power = data.report.detectionPower;
  if (power === undefined) return null;
  const caught = power.mutants.filter((mutant) => mutant.caught).length;
  return (
    <details>
      <summary>
        What the oracles catch: {caught} of {power.mutants.length} mutants; {power.silent.findings} findings
        in {power.silent.attempts} attempts of the sound engine
      </summary>
      <ul class="plain">
        {power.mutants.map(({ name, scenario, oracle, caught: isCaught, upstream }, index) => (
          <li key={index}>
            {isCaught ? "caught" : "missed"}: <MutantLink data={data} name={name} scenario={scenario} />, by{" "}
            {oracle} <span class="note">{upstream}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Where the run was made, with what, and what the page proves. */
export function AboutSection({ data }: { readonly data: PageData }): VNode {
  const { environment, engines, run, profile, limits } = data.report;
  const tools = Object.entries(environment.tools).map(([name, version]) => `${name}: ${version}`);
  const kernel = Object.entries(environment.kernelFeatures ?? {}).map(
    ([name, works]) => `${name}: ${works ? "works" : "absent"}`,
  );
  return (
    <section id="about" aria-labelledby="about-heading">
      <h2 id="about-heading">About this run</h2>
      <dl class="fields">
        <Field name="Command">
          <CopyLine text={`npm run conformance -- ${run.commandLine.join(" ")}`} label="the command line" />
        </Field>
        <Field name="Run">
          {run.id}, {run.startedAt} to {run.endedAt}, seed {run.seed}, suite {run.suiteVersion}
        </Field>
        <Field name="Profile">
          {profile.name} {profile.version} <code class="digest">{profile.digest}</code>
        </Field>
        <Field name="Limits">
          convergence {seconds(limits.convergenceMs)}, API outage {seconds(limits.apiOutageMs)}, exit{" "}
          {seconds(limits.exitMs)}
        </Field>
        {engines.map(({ label, program, exit, keeps, features, inferred }) => (
          <Field key={label} name={label}>
            <code class="digest">{program.sha256}</code>
            <span class="note">
              declares: on exit it {exit.policy}; keeps{" "}
              {keeps.length === 0 ? "nothing" : keeps.map(({ title }) => title).join(", ")}
            </span>
            <span class="note">
              claims {features.join(", ") || "no feature"}
              {inferred === undefined ? "" : `; was seen to have ${inferred.join(", ") || "none"}`}
            </span>
          </Field>
        ))}
        <Field name="Machine">
          {environment.os}, kernel {environment.kernel}, {environment.arch}, {environment.cpus} CPUs
        </Field>
        <Field name="Kubernetes">
          {environment.kubernetes}, etcd {environment.etcd} ({environment.controlPlaneSource})
        </Field>
        <Field name="Kernel features">{kernel.join(" · ")}</Field>
        <Field name="Tools">{tools.join(" · ")}</Field>
      </dl>
      <Figures data={data} />
      <HalfLives data={data} />
      <Power data={data} />
      <p class="note">
        This page shows what conformance-report.yaml and the recordings beside it say. It is not signed: it
        shows that the result follows from the recordings, not that nobody has changed them.
      </p>
    </section>
  );
}
