# strace prints a call when it is done, and holds its thread for DELAY_MS: in that time the reader strikes.
CALLS=sendto,sendmsg,sendmmsg,setsockopt
watch_writes() {
  local pid text count=0
  local -A half=() program=()
  while read -r pid text; do
    case $text in
      *'<unfinished ...>') half[$pid]=${text%'<unfinished ...>'}; continue ;;
      '<... '*' resumed>'*) text=${half[$pid]-}${text#*resumed>} ;;
      '+++ '*) unset "program[$pid]"; continue ;;
    esac
    case $text in
      'execve('*'= 0') program[$pid]=$text; continue ;;
      'execve('*) continue ;;
    esac
    if [ ! -e "$DIR/armed" ] || [ -e "$DIR/struck" ]; then continue; fi
    is_the_write "$text" "${program[$pid]-}" || continue
    count=$((count + 1))
    [ "$count" -eq "$OCCURRENCE" ] || continue
    strike
    printf '%s\n' "$text" >"$DIR/struck"
  done
}
arm() { touch "$DIR/armed"; }
await_strike() {
  local tries
  for ((tries = 0; tries < WAIT_S * 10; tries++)); do
    [ -s "$DIR/struck" ] && break
    sleep 0.1
  done
  [ -s "$DIR/struck" ] || give_up "the engine did not make this write within $WAIT_S s: $1"
  say "struck after: $1"
  cut -c -160 "$DIR/struck"
}
