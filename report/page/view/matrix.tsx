import type { VNode } from "preact";
import { matrixOf, type Tally } from "../model/matrix.ts";
import type { PageData } from "../model/page-data.ts";
import { renderRoute } from "../model/route.ts";
import { VerdictChip } from "./parts.tsx";

const told = (family: string): string => (family === "index" ? "indexed" : family);

/** Attempts without a fault: the worst verdict, with a way to the one attempt or to all. */
function Own({ data, tally }: { readonly data: PageData; readonly tally: Tally }): VNode {
  const { attempts, counts, worst } = tally;
  const first = data.attempts[attempts[0] ?? -1];
  const findings = attempts.reduce((sum, index) => sum + (data.attempts[index]?.findings ?? 0), 0);
  const count = counts[0]?.[1] ?? 0;
  const label =
    attempts.length === 1 ? (findings === 0 ? undefined : `${findings}`) : `${count}/${attempts.length}`;
  const to = renderRoute(
    attempts.length === 1
      ? { view: "attempt", id: first?.id ?? "", params: {} }
      : { view: "report", params: { scenario: first?.scenario ?? "", engine: first?.engine ?? "" } },
  );
  const title = attempts.length === 1 ? `${findings} findings` : `${count} of ${attempts.length} attempts`;
  return (
    <a class="own" href={to} title={title}>
      <VerdictChip kind={worst} {...(label === undefined ? {} : { count: label })} />
    </a>
  );
}

/** Attempts with one family of faults: a mark each, or, of very many, shares. */
function Strip({ data, tally }: { readonly data: PageData; readonly tally: Tally }): VNode {
  const { family, attempts, counts } = tally;
  const first = data.attempts[attempts[0] ?? -1];
  const params = { scenario: first?.scenario ?? "", engine: first?.engine ?? "", family };
  const words = counts.map(([kind, count]) => `${count} ${kind}`).join(", ");
  return (
    <a
      class="strip"
      href={renderRoute({ view: "report", params })}
      aria-label={`${told(family)}: ${words}`}
      title={words}
    >
      <span class="family">{told(family)}</span>
      <span class="marks" aria-hidden="true">
        {attempts.length <= 48
          ? attempts.map((index) => <i key={index} class={data.attempts[index]?.kind} />)
          : counts.map(([kind, count]) => (
              <i
                key={kind}
                class={`${kind} share`}
                style={{ width: `${(count / attempts.length) * 9}rem` }}
              />
            ))}
      </span>
      <span class="sum">
        {counts.find(([kind]) => kind === "pass")?.[1] ?? 0}/{attempts.length}
      </span>
    </a>
  );
}

/** Scenario x engine, with the levels of scenarios and the families of faults. */
export function MatrixSection({ data }: { readonly data: PageData }): VNode {
  const engines = data.report.engines.map(({ label }) => label);
  const rows = matrixOf(data.attempts, engines);
  return (
    <section id="matrix" aria-labelledby="matrix-heading">
      <h2 id="matrix-heading">Scenarios</h2>
      <div class="scroll" tabIndex={0} role="region" aria-labelledby="matrix-heading">
        <table class="matrix">
          <thead>
            <tr>
              <th scope="col">Scenario</th>
              <th scope="col">Level</th>
              {engines.map((label) => (
                <th key={label} scope="col">
                  <code>{label}</code>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ scenario, level, cells }) => (
              <tr key={scenario}>
                <th scope="row">{scenario}</th>
                <td class="level">{level}</td>
                {cells.map((tallies, column) => (
                  <td key={engines[column]}>
                    {tallies.length === 0 ? <span class="muted">–</span> : null}
                    {tallies.map((tally) =>
                      tally.family === "none" ? (
                        <Own key="none" data={data} tally={tally} />
                      ) : (
                        <Strip key={tally.family} data={data} tally={tally} />
                      ),
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
