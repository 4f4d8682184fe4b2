import type { CommandHelp } from "../help/command-help.ts";

export const completionHelp: CommandHelp = {
  name: "completion",
  usage: "SHELL",
  about: `Prints the completion script of a shell, for the command \`leakproof\`: commands, options, and the words that options
take. With npx: alias leakproof="npx leakproof".`,
  words: {
    bash: "source <(npx leakproof completion bash)",
    zsh: "the same",
    fish: "npx leakproof completion fish | source",
  },
  options: [],
  examples: [
    ["bash > ~/.local/share/bash-completion/completions/leakproof", "For good, in bash."],
    ["fish > ~/.config/fish/completions/leakproof.fish", "For good, in fish."],
  ],
  exitCodes: { 0: "printed", 64: "bad arguments" },
};
