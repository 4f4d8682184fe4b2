say() { printf '%s\n' "== $*"; }
give_up() { say "COULD NOT TELL: $*"; exit 2; }

# by_hand WHAT: what a shell cannot do; without a terminal nobody can be asked.
by_hand() {
  [ -t 0 ] || give_up "somebody has to do this by hand: $*"
  read -rp "== now, by hand: $* - then press Enter "
}

# saved 4|6 TABLE: the rules of both back ends, as iptables-save prints them.
saved() {
  local tool=iptables found='' each
  [ "$1" = 6 ] && tool=ip6tables
  for each in "$tool-legacy-save" "$tool-nft-save"; do
    command -v "$each" >/dev/null && found=1 && "$each" -t "$2" 2>/dev/null
  done
  [ -n "$found" ] || "$tool-save" -t "$2" 2>/dev/null
}

# lines_with WORD...: the lines that have every word, each as a word of its own.
lines_with() {
  local lines word
  lines=$(cat)
  for word; do lines=$(grep -Fwe "$word" <<<"$lines"); done
  [ -n "$lines" ] && printf '%s\n' "$lines"
}

# until_there WHAT CHECK, until_gone WHAT CHECK: CHECK prints the lines that show it.
until_lines() { # -n|-z WHAT CHECK WRONG
  local tries
  for ((tries = 0; tries < WAIT_S * 10; tries++)); do
    [ "$1" "$(eval "$3")" ] && return
    sleep 0.1
  done
  give_up "the engine did not $4 this within $WAIT_S s: $2"
}
until_there() {
  say "waiting for: $1"
  until_lines -n "$1" "$2" program
}
until_gone() {
  say "waiting until gone: $1"
  until_lines -z "$1" "$2" remove
}

# The engine runs in a process group of its own: what it starts dies with it.
engine_pid() { cat "$DIR/engine"; }
start_engine() {
  say "starting the engine${1:+, traced}"
  rm -f "$DIR/engine"
  # shellcheck disable=SC2016
  local run=(setsid bash -c 'echo $$ >"$0"; exec env '"$ENGINE" "$DIR/engine")
  if [ -n "${1-}" ]; then
    rm -f "$DIR/trace"
    mkfifo "$DIR/trace"
    watch_writes <"$DIR/trace" &
    run=(strace -f -q -yy -s 256 --seccomp-bpf -e signal=none -e "trace=execve,$CALLS"
      -e "inject=$CALLS:delay_exit=$((DELAY_MS * 1000))" -o "$DIR/trace" -- "${run[@]}")
  fi
  "${run[@]}" >>"$DIR/engine.log" 2>&1 &
  ENGINE_JOB=$!
  until [ -s "$DIR/engine" ]; do sleep 0.05; done
}
kill_engine() {
  say "SIGKILL"
  kill -KILL -- "-$(engine_pid)" 2>/dev/null
  wait "$ENGINE_JOB" 2>/dev/null
}
kill_engine_alone() {
  say "SIGKILL of the engine alone"
  kill -KILL "$(engine_pid)" 2>/dev/null
  wait "$ENGINE_JOB" 2>/dev/null
}
pause_engine() {
  say "SIGSTOP"
  kill -STOP -- "-$(engine_pid)"
}
resume_engine() {
  say "SIGCONT"
  kill -CONT -- "-$(engine_pid)"
}
terminate_engine() {
  local tries
  say "SIGTERM"
  kill -TERM "$(engine_pid)" 2>/dev/null
  for ((tries = 0; tries < EXIT_S * 10; tries++)); do
    kill -0 "$(engine_pid)" 2>/dev/null || return 0
    sleep 0.1
  done
  say "still there after $EXIT_S s"
  kill_engine
}

DIR=$(mktemp -d)
clean_up() {
  [ -s "$DIR/engine" ] && kill -KILL -- "-$(engine_pid)" 2>/dev/null
  [ -s "$DIR/engine.log" ] && { say "the engine's last words:"; tail -n 3 "$DIR/engine.log" | cut -c -200; }
  rm -rf "$DIR"
}
trap clean_up EXIT

# judge leaked|doubled|missing WHAT CHECK: gives the engine WORST_S seconds to put it right, and ends the script.
judge() {
  local tries lines at_most=0
  [ "$1" = doubled ] && at_most=1
  for ((tries = 0; tries < WORST_S * 10; tries++)); do
    lines=$(eval "$3")
    case $1 in
      missing) [ -n "$lines" ] && { say "it is there: $2"; exit 0; } ;;
      *) [ "$(grep -c . <<<"$lines")" -le "$at_most" ] && { say "not $1: $2"; exit 0; } ;;
    esac
    sleep 0.1
  done
  printf '%s: %s\n' "${1^^}" "${lines:-$2}"
  exit 1
}
