#!/bin/sh
# Saves the network state of this machine for `leakproof audit --snapshot DIR`, with nothing but a POSIX shell
# and the tools that it asks. Changes nothing. Run it as root: sh snapshot.sh [DIR]
# Exit code 0; 2 where a tool is missing or failed (it is said, and the rest is saved); 64 bad arguments.
# To look into a container's network: nsenter --net=/proc/PID/ns/net sh snapshot.sh DIR
set -u
case "${1:-}" in
-h | --help)
  sed -n '2,5s/^# //p' "$0"
  exit 0
  ;;
-*)
  echo "unknown option: $1; usage: sh snapshot.sh [DIR]" >&2
  exit 64
  ;;
esac
if [ $# -gt 1 ]; then
  echo "one directory at most; usage: sh snapshot.sh [DIR]" >&2
  exit 64
fi
out=${1:-leakproof-snapshot-$(hostname)-$(date -u +%Y%m%dT%H%M%SZ)}
mkdir -p "$out" || exit 64
# What is in the dump is nobody's business but the owner's.
chmod 700 "$out"
{
  echo "hostname $(hostname)"
  echo "time $(date -u +%Y-%m-%dT%H:%M:%SZ)"
  echo "kernel $(uname -r)"
} >"$out/about.txt"
cat /proc/[0-9]*/comm >"$out/processes.txt" 2>/dev/null
for names in ip_tables_names ip6_tables_names; do
  [ ! -e "/proc/net/$names" ] || cat "/proc/net/$names"
done >"$out/legacy-tables.txt" 2>/dev/null || rm -f "$out/legacy-tables.txt"
(
  # dump begin
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
m=$(cat /proc/sys/kernel/random/uuid)
printf 'leakproof-dump 1 %s\n' "$m"
run() {
  printf '\n%s begin %s\n' "$m" "$1"
  e=$(eval "$2" 2>&1 >&3 3>&-); c=$?
  printf '\n%s stderr\n%s\n%s exit %s\n' "$m" "$e" "$m" "$c"
} 3>&1
{
run nftables 'exec nft -j list ruleset'
} | {
run links 'exec ip -j -d addr show'
run routes-4 'exec ip -N -j -d -4 route show table all'
run routes-6 'exec ip -N -j -d -6 route show table all'
run rules-4 'exec ip -N -j -d -4 rule show'
run rules-6 'exec ip -N -j -d -6 rule show'
run neighbours 'exec ip -j neigh show nud permanent'
run proxies 'exec ip -j neigh show proxy'
run ipset 'exec ipset save'
if [ -e /proc/net/ip_vs ]; then run ipvs-table 'cat /proc/net/ip_vs'; else printf '\n%s absent %s\n' "$m" ipvs-table; fi
if [ -e /proc/net/ip_vs ]; then run ipvs '[ "$(wc -l </proc/net/ip_vs)" -le 3 ] || ipvsadm -Sn'; else printf '\n%s absent %s\n' "$m" ipvs; fi
run iptables-legacy 'exec iptables-legacy-save'
run ip6tables-legacy 'exec ip6tables-legacy-save'
run iptables-nft 'exec iptables-nft-save'
run ip6tables-nft 'exec ip6tables-nft-save'
cat
}
printf '\n%s end\n' "$m"
  # dump end
) >"$out/dump.txt"
mark=$(sed -n '1s/.* //p' "$out/dump.txt")
awk -v m="$mark" '
  $1 == m && $2 == "begin" { name = $3 }
  $1 == m && $2 == "stderr" { inside = 1; first = ""; next }
  $1 == m && $2 == "exit" {
    if ($3 == 127) { print "MISSING  " name ": " first; bad = 1 }
    else if ($3 != 0) { print "FAILED   " name ": exit code " $3 ": " first; bad = 1 }
    inside = 0
  }
  inside && first == "" { first = $0 }
  END { exit bad ? 2 : 0 }
' "$out/dump.txt" >&2
code=$?
echo "$out"
[ "$code" -eq 0 ] || echo "Not all could be seen: what stands above is lacking in $out." >&2
exit "$code"
