#!/usr/bin/env bash
# The whole of Agente Hotel on this machine without containers: `make run`. Settings come from the environment (.env.example lists
# them), DATA_DIR and GATEWAY_PORT say where; README.md tells the rest. SIGINT and SIGTERM stop everything in order.
set -euo pipefail

# The background job of a script begins with SIGINT ignored, which bash itself can't take back.
if [[ -z ${signals_are_heard:-} ]]; then exec env --default-signal=INT,TERM,HUP signals_are_heard=yes "$0" "$@"; fi
unset signals_are_heard

here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=lib/common.sh
source "$here/lib/common.sh"
# shellcheck source=lib/packages.sh
source "$here/lib/packages.sh"
# shellcheck source=lib/settings.sh
source "$here/lib/settings.sh"
# shellcheck source=lib/ports.sh
source "$here/lib/ports.sh"
# shellcheck source=lib/build.sh
source "$here/lib/build.sh"
# shellcheck source=lib/sockets.sh
source "$here/lib/sockets.sh"
# shellcheck source=lib/postgres.sh
source "$here/lib/postgres.sh"
# shellcheck source=lib/redis.sh
source "$here/lib/redis.sh"
# shellcheck source=lib/services.sh
source "$here/lib/services.sh"
# shellcheck source=lib/supervisor.sh
source "$here/lib/supervisor.sh"

trap '' PIPE

# On every way out, once.
finish() {
    local code=$?
    trap '' HUP
    trap 'hurried=1' INT TERM
    stop_attended
    ((${#supervised[@]} == 0)) || say "Stopping …"
    stop_all
    forget_socket_directory
    [[ -z ${lifeline:-} ]] || printf 'stopped\n' >&"$lifeline" || true
    exit "$code"
}
trap finish EXIT
trap 'exit 0' INT TERM HUP

use_data_directory
lock_data_directory
exec {lifeline}> >(exec setsid "$here/guardian.sh" "$RUN" >/dev/null 2>&1)
own_descriptors+=("$lifeline")
install_missing "${run_needs[@]}"
load_settings
build_services

look_at_clock
began=$now_ms
trap start_stopped USR1
choose_ports
export_peers
choose_database_user
if ! is_set POSTGRES_URL || ! is_set REDIS_URL; then choose_socket_directory; fi
starting=()
if ! is_set POSTGRES_URL; then
    export POSTGRES_URL="postgresql://agente_user@/agente_hotel?host=$sockets"
    prepare_postgres
    supervise postgres
    starting+=(postgres)
fi
if ! is_set REDIS_URL; then
    export REDIS_URL="unix://$sockets/redis.sock?db=0"
    supervise redis
    starting+=(redis)
fi
for server in "${starting[@]}"; do
    until_true 60 "${server}_answers" || fail "$server does not start" "see $LOGS/$server.log"
done
[[ " ${starting[*]} " != *" postgres "* ]] || create_database
prepare_database

for service in "${SERVICES[@]}"; do supervise "$service"; done
for service in "${SERVICES[@]}"; do
    until_true 30 is_ready "$service" || fail "$service is not ready after 30 s" "see $LOGS/$service.log" "$(tail -n 3 "$LOGS/$service.log")"
done

look_at_clock
took=$((now_ms - began))
note "Agente Hotel is ready after $((took / 1000)).$((took % 1000 / 100)) s"
cat <<TEXT

  A guest's chat     http://localhost:$GATEWAY_PORT/chat      (or \`make chat\` in another terminal)
  WhatsApp webhook   http://localhost:$GATEWAY_PORT/api/webhooks/whatsapp
  Health, metrics    http://localhost:$GATEWAY_PORT/health/ready   http://localhost:$GATEWAY_PORT/metrics
  Logs               $LOGS/
  Secrets, ports     $DATA_DIR/dev.env   $DATA_DIR/ports.env

Ctrl-C stops everything.
TEXT

while :; do
    look_after
    pause 0.25
done
