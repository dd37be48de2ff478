# shellcheck shell=bash disable=SC2154 # the parts of run.sh use each other's names
# A private PostgreSQL: a real server on a Unix socket, durable, with nobody on it but this copy.

# Its data lies in DATA_DIR/postgres; where its user can't get there (under /root), that is a link to a place below /var/lib.
place_cluster() {
    local cluster=$DATA_DIR/postgres place
    if [[ ! -e $cluster ]] && ! can_enter "$DATA_DIR"; then
        place=/var/lib/agente-hotel/$(printf '%s' "$DATA_DIR" | sha256sum | cut -c1-16)
        # Left from a data directory that was deleted since.
        rm -rf "$place"
        mkdir -p "$place"
        chmod 711 /var/lib/agente-hotel "$place"
        ln -sfn "$place" "$cluster"
    fi
    mkdir -p "$cluster"
    [[ -z $database_user ]] || chown "$database_user:" "$cluster/"
    cluster=$(cd "$cluster" && pwd -P)/data
    PGDATA=$cluster
}

find_postgres() {
    local version
    version=$("${database_as[@]}" cat "$PGDATA/PG_VERSION" 2>/dev/null || true)
    postgres_bin=$(compgen -G "/usr/lib/postgresql/${version:-*}/bin" | sort -V | tail -1 || true)
    [[ -n $postgres_bin ]] || fail "no PostgreSQL ${version:-} is installed" "the data in $PGDATA need that version"
}

prepare_postgres() {
    place_cluster
    find_postgres
    "${database_as[@]}" test -e "$PGDATA/PG_VERSION" && return
    say "Making a PostgreSQL database in $DATA_DIR/postgres …"
    # Begun elsewhere and moved, so that one which was interrupted is not taken for a whole one.
    "${database_as[@]}" rm -rf "$PGDATA.new"
    attended "${database_as[@]}" "$postgres_bin/initdb" -D "$PGDATA.new" -U postgres -E UTF8 --locale=C.UTF-8 \
        --auth-local=trust --auth-host=reject >"$LOGS/initdb.log" 2>&1 || fail "initdb failed" "see $LOGS/initdb.log"
    "${database_as[@]}" mv "$PGDATA.new" "$PGDATA"
}

# Its own log holds no guest's words: a failed statement's text and row are left out. Whoever may enter the socket's directory is trusted.
exec_postgres() {
    exec setsid setpriv "${database_as[@]:1}" --pdeathsig INT -- "$postgres_bin/postgres" -D "$PGDATA" -k "$sockets" \
        -c listen_addresses= -c max_connections=200 -c log_error_verbosity=terse -c log_min_error_statement=panic
}

postgres_answers() { "$postgres_bin/pg_isready" -q -h "$sockets"; }

# The database and its owner, who is no superuser: row-level security holds for it.
create_database() {
    local psql=("$postgres_bin/psql" -X -q -h "$sockets" -U postgres -d postgres -v ON_ERROR_STOP=1 -At)
    [[ $("${psql[@]}" -c "SELECT count(*) FROM pg_database WHERE datname = 'agente_hotel'") == 1 ]] && return
    "${psql[@]}" -c "DO \$\$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'agente_user') THEN CREATE ROLE agente_user LOGIN; END IF; END \$\$"
    "${psql[@]}" -c "CREATE DATABASE agente_hotel OWNER agente_user"
}
