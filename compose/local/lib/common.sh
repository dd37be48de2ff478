# shellcheck shell=bash disable=SC2034 # the parts use each other's names
# What every script here begins with: where things are, and how it speaks. Sourced, after `set -euo pipefail`.

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd -P)
readonly REPO

say() { printf '%s\n' "$*"; }

# fail WORDS…: says what is wrong and what would be right, and ends the script.
fail() {
    printf 'make: %s\n' "$1" >&2
    shift
    (($# == 0)) || printf '      %s\n' "$@" >&2
    exit 1
}

# Descriptors that are this script's own: no child keeps one.
own_descriptors=()
shed_descriptors() {
    local descriptor
    for descriptor in "${own_descriptors[@]}"; do exec {descriptor}>&-; done
}

# Sleeps for so many seconds (a fraction is fine) without a child, and is woken by a trapped signal.
pause() { read -rt "$1" -u "$silence" || true; }
exec {silence}<> <(:)
own_descriptors+=("$silence")

# Sets `now_ms`, for measuring. No substitution: that forks, and complains when a signal ends it.
look_at_clock() { now_ms=$((${EPOCHREALTIME/[.,]/} / 1000)); }

# Where this copy keeps its data: DATA_DIR, made absolute, .data in the repository if it is not set.
use_data_directory() {
    DATA_DIR=${DATA_DIR:-$REPO/.data}
    # Others may pass through, as PostgreSQL's own user must; what is secret in it is shut by itself.
    [[ -d $DATA_DIR ]] || { mkdir -p "$DATA_DIR" && chmod 711 "$DATA_DIR"; }
    DATA_DIR=$(cd "$DATA_DIR" && pwd -P)
    export DATA_DIR
    LOGS=$DATA_DIR/log
    RUN=$DATA_DIR/run
    (umask 077 && mkdir -p "$LOGS" "$RUN")
}

# Refuses to go on beside another run with the same data. One that was killed may still be ending: that is waited for.
lock_data_directory() {
    exec {lock}>"$DATA_DIR/lock"
    own_descriptors+=("$lock")
    if ! flock -n "$lock"; then
        if kill -0 "$(<"$RUN/owner")" 2>/dev/null || ! flock -w 20 "$lock"; then
            fail "another run uses $DATA_DIR" "stop it first, or set DATA_DIR (and GATEWAY_PORT) for this one"
        fi
    fi
    printf '%s\n' "$$" >"$RUN/owner"
}

# Runs a command so that a signal to this script is heard while it works, and so that it does not outlive this script.
attended() {
    local code=0
    (
        shed_descriptors
        exec setsid setpriv --pdeathsig TERM -- "$@"
    ) </dev/null &
    attended=$!
    wait "$attended" || code=$?
    attended=
    return "$code"
}
attended=

stop_attended() { [[ -z $attended ]] || kill -TERM -- "-$attended" 2>/dev/null || true; }
