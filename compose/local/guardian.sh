#!/usr/bin/env bash
# guardian.sh RUN: waits beside run.sh, for the case that run.sh is killed outright. The kernel then signals its children (setpriv
# --pdeathsig); whoever has not ended 10 s later is killed, and the sockets are removed. Until then it holds the data directory's lock.
#
# Standard input is a pipe that only run.sh holds open: its end is run.sh's end. RUN holds a NAME.pid for each process.
set -uo pipefail
trap '' INT TERM HUP PIPE
run=$1

# A word means that run.sh has stopped everything itself.
if read -r _; then exit 0; fi

# Each process leads a group of its own, with its helpers in it.
groups=()
for file in "$run"/*.pid; do
    if [[ -e $file ]] && pid=$(<"$file") && [[ $pid =~ ^[0-9]+$ ]]; then groups+=("$pid"); fi
done
is_running() {
    local leader
    for leader in "${groups[@]}"; do if kill -0 "$leader" 2>/dev/null; then return 0; fi; done
    return 1
}
for ((tenths = 0; tenths < 100; tenths++)); do
    is_running || break
    sleep 0.1
done
for leader in "${groups[@]}"; do kill -KILL -- "-$leader" 2>/dev/null; done

if [[ -e $run/sockets ]]; then
    sockets=$(<"$run/sockets")
    rm -f "$sockets"/.s.PGSQL.5432{,.lock} "$sockets/redis.sock"
    rmdir "$sockets" 2>/dev/null
fi
rm -f "$run"/*.pid "$run/sockets"
