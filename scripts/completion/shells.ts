import type { Completed } from "./complete.ts";

type Shell = (commands: readonly Completed[]) => string;

/** The words that an option takes, or nothing where the shell completes paths; options without a value are left out. */
function valueCases(
  commands: readonly Completed[],
  render: (words: readonly string[]) => string,
): readonly string[] {
  return commands.flatMap(({ name, options }) =>
    options.flatMap((option) =>
      option.value.kind === "none"
        ? []
        : [
            `    '${name} --${option.name}') ${render(option.value.kind === "words" ? option.value.words : [])} ;;`,
          ],
    ),
  );
}

const names = (commands: readonly Completed[]): string => commands.map(({ name }) => name).join(" ");

const flags = ({ options }: Completed): readonly string[] => options.map(({ name }) => `--${name}`);

/** With nothing to offer, bash completes paths by itself (-o default). In it `=` and `:` end a word. */
const bash: Shell = (commands) => `# bash completion of leakproof
_leakproof() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words=
  if [ "$current" = = ]; then current=; elif [ "$before" = = ]; then before=\${COMP_WORDS[COMP_CWORD-2]}; fi
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names(commands)} --help" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]} $before" in
${valueCases(commands, (words) => (words.length === 0 ? "return" : `words="${words.join(" ")}"`)).join("\n")}
    *)
      case "\${COMP_WORDS[1]} $current" in
${commands.map((each) => `        '${each.name} -'*) words="${flags(each).join(" ")}" ;;`).join("\n")}
${commands
  .filter(({ words }) => words.length > 0)
  .map(({ name, words }) => `        '${name} '*) [ "$COMP_CWORD" -gt 2 ] || words="${words.join(" ")}" ;;`)
  .join("\n")}
      esac
      ;;
  esac
  [ -z "$words" ] || COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _leakproof leakproof
`;

const zsh: Shell = (commands) => `#compdef leakproof
_leakproof() {
  local -a offered
  if (( CURRENT == 2 )); then
    offered=(${commands.map(({ name, summary }) => `'${name}:${summary}'`).join(" ")})
    _describe command offered
    return
  fi
  case "$words[2] $words[CURRENT-1]" in
${valueCases(commands, (words) => `${words.length === 0 ? "_files" : `compadd -- ${words.map((word) => `'${word}'`).join(" ")}`}; return`).join("\n")}
  esac
  case "$words[2]" in
${commands
  .map(({ name, options, words }) => {
    const offered = options.map((option) => `'--${option.name}:${option.summary.replaceAll(":", " ")}'`);
    const first = words.length === 0 ? "" : `(( CURRENT == 3 )) && compadd -- ${words.join(" ")}; `;
    return `    ${name}) ${first}offered=(${offered.join(" ")}) ;;`;
  })
  .join("\n")}
  esac
  if [[ $PREFIX == -* ]]; then _describe option offered; else _files; fi
}
if [[ $funcstack[1] == _leakproof ]]; then _leakproof "$@"; else compdef _leakproof leakproof; fi
`;

const fish: Shell = (commands) => `# fish completion of leakproof
complete -c leakproof -n __fish_use_subcommand -f
${commands
  .flatMap(({ name, summary, options, words }) => [
    `complete -c leakproof -n __fish_use_subcommand -a ${name} -d '${summary}'`,
    ...(words.length === 0
      ? []
      : [`complete -c leakproof -n '__fish_seen_subcommand_from ${name}' -f -a '${words.join(" ")}'`]),
    ...options.map((option) => {
      const { value } = option;
      const takes =
        value.kind === "none" ? "" : value.kind === "path" ? " -r -F" : ` -x -a '${value.words.join(" ")}'`;
      return `complete -c leakproof -n '__fish_seen_subcommand_from ${name}' -l ${option.name}${takes} -d '${option.summary}'`;
    }),
  ])
  .join("\n")}
`;

/** Shell -> its completion script. */
export const shells: Readonly<Record<string, Shell>> = { bash, zsh, fish };
