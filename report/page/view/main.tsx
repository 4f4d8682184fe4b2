import { render } from "preact";
import { App } from "./app.tsx";
import { loadPage } from "./load-data.ts";
import "./style.css";

async function start(root: HTMLElement): Promise<void> {
  try {
    render(<App data={await loadPage()} />, root);
  } catch (error) {
    render(
      <main>
        <h1>This page cannot be shown</h1>
        <p>
          {String(error)}. It needs a browser of 2023 or later; conformance-report.yaml beside it holds the
          same.
        </p>
      </main>,
      root,
    );
  }
}

const root = document.getElementById("app");
if (root !== null) void start(root);
