# shellcheck shell=bash disable=SC2034 # the scripts that source this one say which needs are theirs
# What must be on the machine, by Debian's package names, each with a file or command that shows that it is there.

run_needs=(
    libpq-dev=/usr/include/postgresql/libpq-fe.h
    libhiredis-dev=/usr/include/hiredis/hiredis.h
    libespeak-ng-dev=/usr/include/espeak-ng/speak_lib.h
    libcurl4-openssl-dev=/usr/include/*/curl/curl.h
    opus-tools=opusenc
    qrencode=qrencode
    postgresql=/usr/lib/postgresql/*/bin/postgres
    redis-server=redis-server
)
chat_needs=(python3=python3)
test_needs=(shellcheck=shellcheck prometheus=promtool chromium=chromium chromium-driver=chromedriver)

# install_missing NEED…: nothing when nothing is missing; else by apt-get as root or with sudo, else it says the line to run.
install_missing() {
    local need missing=() as_root=()
    for need in "$@"; do
        is_there "${need#*=}" || missing+=("${need%%=*}")
    done
    ((${#missing[@]})) || return 0
    local line="apt-get install --no-install-recommends ${missing[*]}"
    command -v apt-get >/dev/null || fail "not installed: ${missing[*]} (Debian's names)" "please install them by this system's own means"
    if ((EUID != 0)); then
        command -v sudo >/dev/null || fail "not installed: ${missing[*]}" "run this as root, then try again: $line"
        as_root=(sudo)
    fi
    say "Installing ${missing[*]} …"
    "${as_root[@]}" bash -c "$(declare -f install_quietly); install_quietly \"\$@\"" bash "${missing[@]}" \
        || fail "apt-get could not install them" "run this as root and see what it says: $line"
}

need_swift() {
    command -v swift >/dev/null || fail "Swift is not installed" "https://www.swift.org/install/linux/ says how to get it; this needs 6.3"
    [[ $(swift --version 2>/dev/null) =~ version\ (6\.([3-9]|[1-9][0-9])|[7-9]|[1-9][0-9]) ]] || fail "Swift 6.3 is needed; this is $(swift --version 2>/dev/null | head -1)"
}

# is_there PATTERN, is_there COMMAND
is_there() {
    if [[ $1 == /* ]]; then compgen -G "$1" >/dev/null; else command -v "$1" >/dev/null; fi
}

# Runs as root. The packages of servers start them; ours are private, so for this once nothing is started. Speaks only when it fails.
install_quietly() {
    set -euo pipefail
    policy=/usr/sbin/policy-rc.d made_policy=
    output=$(mktemp)
    trap 'rm -f "$output" $made_policy' EXIT
    if [[ ! -e $policy ]]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        made_policy=$policy
        chmod 755 "$policy"
    fi
    export DEBIAN_FRONTEND=noninteractive
    if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; } </dev/null >"$output" 2>&1; then
        tail -n 15 "$output" >&2
        return 1
    fi
}
