import { useEffect, useState } from "preact/hooks";
import type { VNode } from "preact";

type Theme = "light" | "dark";

function stored(): Theme | undefined {
  try {
    const value = localStorage.getItem("leakproof-theme");
    return value === "light" || value === "dark" ? value : undefined;
  } catch {
    // Some browsers give files no storage; then the choice lasts as long as the page.
    return undefined;
  }
}

function store(theme: Theme): void {
  try {
    localStorage.setItem("leakproof-theme", theme);
  } catch {
    // As above.
  }
}

const system = matchMedia("(prefers-color-scheme: dark)");

/** Light or dark: the system's choice until the reader makes one. */
export function ThemeButton(): VNode {
  const [theme, setTheme] = useState<Theme>(stored() ?? (system.matches ? "dark" : "light"));
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
    dispatchEvent(new Event("themechange"));
  }, [theme]);
  useEffect(() => {
    const follow = (): void => {
      if (stored() === undefined) setTheme(system.matches ? "dark" : "light");
    };
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, []);
  const other = theme === "dark" ? "light" : "dark";
  const toggle = (): void => {
    store(other);
    setTheme(other);
  };
  return (
    <button type="button" class="quiet" id="theme" onClick={toggle} aria-label={`Switch to ${other} colours`}>
      {theme === "dark" ? "Light" : "Dark"}
    </button>
  );
}
