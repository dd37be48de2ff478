# shellcheck shell=bash disable=SC2034,SC2154 # the parts of run.sh use each other's names
# Whom the private servers run as, and a directory for their sockets that everyone who needs it can enter.

# PostgreSQL refuses to run as root: then it runs as the user that Debian's package made for it.
choose_database_user() {
    database_as=()
    database_user=
    ((EUID == 0)) || return 0
    database_user=postgres
    getent passwd postgres >/dev/null || database_user=nobody
    database_as=(setpriv "--reuid=$database_user" "--regid=$(id -g "$database_user")" --clear-groups)
}

can_enter() { "${database_as[@]}" test -x "$1"; }

# make_for_database DIRECTORY: shut for all but the database's user (and root).
make_for_database() {
    mkdir -p "$1"
    chmod 700 "$1"
    [[ -z $database_user ]] || chown "$database_user:" "$1"
}

# The kernel allows 107 bytes for a socket's path (unix(7)), and nobody but root passes through /root: a short directory elsewhere then.
choose_socket_directory() {
    local longest=/.s.PGSQL.5432 base
    # Left by a run that was killed together with its guardian.
    if [[ -r $RUN/sockets ]]; then
        sockets=$(<"$RUN/sockets")
        forget_socket_directory
    fi
    sockets=$DATA_DIR/sockets
    if (($(LC_ALL=C; printf '%s' "${#sockets}") + ${#longest} > 107)) || ! can_enter "$DATA_DIR"; then
        for base in "${XDG_RUNTIME_DIR:-}" /tmp; do
            [[ -n $base && -w $base ]] && can_enter "$base" && ((${#base} < 60)) && break
        done
        sockets=$(mktemp -d "$base/agente-hotel.XXXXXX")
    fi
    make_for_database "$sockets"
    printf '%s\n' "$sockets" >"$RUN/sockets"
}

forget_socket_directory() {
    [[ -n ${sockets:-} ]] || return 0
    rm -f "$sockets"/.s.PGSQL.5432{,.lock} "$sockets/redis.sock"
    rmdir "$sockets" 2>/dev/null || true
    rm -f "$RUN/sockets"
}
