#!/bin/sh
# Stands in front of a tool that an engine calls, under the tool's own name, in the directory bin/. What only asks,
# and every write that no order is about, goes on to the tool that follows in PATH, in this very process.
# orders/NAME: variables, given by the harness. state/: which writes were counted, what was done, what is held back.
tool=${0##*/}
base=${0%/bin/*}
state=$base/state
PATH=${PATH:-/usr/sbin:/usr/bin:/sbin:/bin}
PATH=${PATH#"$base/bin:"}

# Whether the command line changes anything; "input" is set where it reads its standard input.
input=
is_write() {
  case $tool in
    *tables*-save) return 1 ;;
    *tables*-restore)
      for word; do case $word in -t | --test | -h | --help | -V | --version) return 1 ;; esac; done
      input=1 ;;
    *tables*)
      for word; do
        case $word in
          -[AIDRFNXEPZ] | --append | --insert | --delete | --replace | --flush | --new-chain | --new | --delete-chain | --rename-chain | --policy | --zero) return 0 ;;
        esac
      done
      return 1 ;;
    ip | bridge | tc) is_ip_write "$@" ;;
    nft) is_nft_write "$@" ;;
    ipset)
      while :; do case ${1-} in -exist | '-!' | -quiet | -q) shift ;; *) break ;; esac; done
      case ${1-} in
        '' | list | save | test | version | help | -[LSTVvhH] | -list | -save | -test | -version | -help) return 1 ;;
        restore | -R | -restore | -) input=1 ;;
      esac ;;
    conntrack)
      for word; do case $word in -[DIUFA] | --delete | --create | --update | --flush | --add) return 0 ;; esac; done
      return 1 ;;
    *) return 1 ;;
  esac
}

# ip [options] OBJECT COMMAND
is_ip_write() {
  while :; do
    case ${1-} in
      -b | -batch | --batch)
        [ "${2-}" = - ] && input=1
        return 0 ;;
      -n | -netns | -f | -family | -l | -loops | -rc | -rcvbuf) shift 2 || return 1 ;;
      -*) shift ;;
      *) break ;;
    esac
  done
  case ${2-} in
    add | ad | a | append | prepend | replace | change | chg | del | delete | de | d | set | flush | fl) return 0 ;;
  esac
  return 1
}

is_nft_write() {
  for word; do case $word in -c | --check | -h | --help | -v | --version) return 1 ;; esac; done
  while :; do
    case ${1-} in
      -f | --file)
        [ "${2-}" = - ] && input=1
        return 0 ;;
      -D | --define | -I | --includepath) shift 2 || return 1 ;;
      -*) shift ;;
      *) break ;;
    esac
  done
  case ${1-} in
    '' | list* | describe* | monitor*) return 1 ;;
  esac
}

# The number of this write for the order, in "count"; fails where the order is about none any more. A file that could be
# made is a number that nobody else has.
claim() {
  count=1
  while [ "$count" -le "$last" ]; do
    set -C
    if { true >"$state/$name.$count"; } 2>/dev/null; then
      set +C
      return 0
    fi
    set +C
    [ -e "$state/$name.$count" ] || return 1
    count=$((count + 1))
  done
  return 1
}

note() {
  words=$*
  printf '%s %s %s %s\n' "$name" "$count" "$act" "$tool $words" | tr '\n' ' ' >>"$state/log"
  echo >>"$state/log"
}

keep_input() {
  if [ -n "$input" ]; then cat >"$1"; else : >"$1"; fi
}

# Words, quoted so that the shell reads them again: each on lines of its own, with a backslash behind it.
quote() {
  for word; do
    printf '%s\n' "$word" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/' \\\\/"
  done
  echo " "
}

hold_back() {
  keep_input "$state/$name.input"
  quote "$tool" "$@" >"$state/$name.writing"
  mv "$state/$name.writing" "$state/$name.held"
}

run_held() {
  tries=0
  while [ ! -e "$state/$name.held" ] && [ "$tries" -lt 200 ]; do
    sleep 0.01
    tries=$((tries + 1))
  done
  eval "set -- $(cat "$state/$name.held")"
  "$@" <"$state/$name.input" >/dev/null 2>&1
}

obey() {
  case $act in
    fail)
      [ -z "$input" ] || cat >/dev/null
      note "$@"
      [ -z "$stderr" ] || printf '%s\n' "$stderr" >&2
      exit "$code" ;;
    drop)
      [ -z "$input" ] || cat >/dev/null
      note "$@"
      exit 0 ;;
    double)
      keep_input "$state/$name.input.$count"
      "$tool" "$@" <"$state/$name.input.$count"
      status=$?
      "$tool" "$@" <"$state/$name.input.$count" >/dev/null 2>&1
      note "$@"
      exit "$status" ;;
    swap)
      # Held back, with a false success, until the next one is done.
      if [ "$count" -eq "$first" ]; then
        hold_back "$@"
        exit 0
      fi
      keep_input "$state/$name.next"
      "$tool" "$@" <"$state/$name.next"
      status=$?
      run_held
      note "$@"
      exit "$status" ;;
  esac
}

if is_write "$@"; then
  for order in "$base"/orders/*; do
    [ -e "$order" ] || continue
    . "$order" 2>/dev/null || continue
    case $tool in $pattern) ;; *) continue ;; esac
    if claim && [ "$count" -ge "$first" ]; then obey "$@"; fi
  done
fi
exec "$tool" "$@"
