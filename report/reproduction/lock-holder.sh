hold_lock() {
  say "holding /run/xtables.lock"
  exec {LOCK}>>/run/xtables.lock
  flock "$LOCK"
}
release_lock() {
  say "releasing it"
  flock -u "$LOCK"
  exec {LOCK}>&-
}
