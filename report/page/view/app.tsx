import { useEffect } from "preact/hooks";
import type { VNode } from "preact";
import type { Filter } from "../model/finding-filter.ts";
import type { PageData } from "../model/page-data.ts";
import type { Route } from "../model/route.ts";
import { AboutSection } from "./about.tsx";
import { AttemptsSection } from "./attempts.tsx";
import { FindingsSection } from "./findings.tsx";
import { HelpDialog, onPageKey } from "./help.tsx";
import { AttemptView } from "./machine.tsx";
import { MatrixSection } from "./matrix.tsx";
import { ThemeButton } from "./theme.tsx";
import { useRoute } from "./use-route.ts";
import { VerdictSection } from "./verdict.tsx";

const sections = [
  ["findings", "Findings"],
  ["matrix", "Scenarios"],
  ["attempts", "Attempts"],
  ["about", "About"],
] as const;

/** Goes to a section without touching the address, which is the reader's place in the report. */
function jump(id: string): void {
  const section = document.getElementById(id);
  section?.scrollIntoView();
  const heading = section?.querySelector<HTMLElement>("h1, h2");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
}

function Top({ data, isReport }: { readonly data: PageData; readonly isReport: boolean }): VNode {
  return (
    <header class="top">
      <button type="button" class="skip" onClick={() => jump("main")}>
        Skip to the content
      </button>
      <a class="brand" href="#">
        Leakproof
      </a>
      <span class="run muted">{data.report.run.id}</span>
      {isReport ? (
        <nav aria-label="Sections">
          {sections.map(([id, name]) => (
            <button key={id} type="button" class="quiet" onClick={() => jump(id)}>
              {name}
            </button>
          ))}
        </nav>
      ) : null}
      <span class="tools">
        <button
          type="button"
          class="quiet"
          aria-label="Keys"
          onClick={() => document.querySelector<HTMLDialogElement>("#help")?.showModal()}
        >
          ?
        </button>
        <ThemeButton />
      </span>
    </header>
  );
}

function filterOf({ params }: Route): Filter {
  const { q, oracle, level, engine, scenario, family } = params;
  return {
    ...(q === undefined ? {} : { text: q }),
    ...(oracle === undefined ? {} : { oracle }),
    ...(level === undefined ? {} : { level }),
    ...(engine === undefined ? {} : { engine }),
    ...(scenario === undefined ? {} : { scenario }),
    ...(family === undefined ? {} : { family }),
  };
}

function Report({ data, route }: { readonly data: PageData; readonly route: Route }): VNode {
  const linked = route.view === "finding" ? Number(route.id) : undefined;
  const filter = filterOf(route);
  const hasFilter = route.view === "report" && (filter.scenario !== undefined || filter.family !== undefined);
  const wanted = JSON.stringify([filter.scenario, filter.engine, filter.family]);
  useEffect(() => {
    // A cell of the matrix leads to its attempts.
    if (hasFilter && document.activeElement?.closest("#matrix")) jump("findings");
  }, [wanted, hasFilter]);
  return (
    <main id="main" tabIndex={-1}>
      <VerdictSection data={data} />
      <MatrixSection data={data} />
      <FindingsSection data={data} filter={filter} linked={linked} />
      <AttemptsSection data={data} filter={filter} />
      <AboutSection data={data} />
    </main>
  );
}

const reportTitle = document.title;

/** The page. */
export function App({ data }: { readonly data: PageData }): VNode {
  const route = useRoute();
  useEffect(() => {
    addEventListener("keydown", onPageKey);
    return () => removeEventListener("keydown", onPageKey);
  }, []);
  const isAttempt = route.view === "attempt";
  useEffect(() => {
    document.title = isAttempt ? `${route.id} – Leakproof` : reportTitle;
  }, [isAttempt, route.id]);
  useEffect(() => {
    if (!isAttempt) return;
    scrollTo(0, 0);
    document.getElementById("main")?.focus({ preventScroll: true });
  }, [isAttempt, route.id]);
  return (
    <>
      <Top data={data} isReport={!isAttempt} />
      {isAttempt ? <AttemptView page={data} route={route} /> : <Report data={data} route={route} />}
      <HelpDialog />
    </>
  );
}
