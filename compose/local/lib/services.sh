# shellcheck shell=bash
# The five executables: what they are told, and when they are ready.

# Where each finds its peers. Everything listens on the loopback interface only.
export_peers() {
    export ORCHESTRATOR_ADDRESS PMS_ADAPTER_ADDRESS TTS_ADDRESS NOTIFIER_ADDRESS
    ORCHESTRATOR_ADDRESS=127.0.0.1:$(wire_port orchestrator)
    PMS_ADAPTER_ADDRESS=127.0.0.1:$(wire_port pms-adapter)
    TTS_ADDRESS=127.0.0.1:$(wire_port tts)
    NOTIFIER_ADDRESS=127.0.0.1:$(wire_port notifier)
}

exec_service() {
    export WIRE_LISTEN ADMIN_LISTEN HTTP_LISTEN
    WIRE_LISTEN=127.0.0.1:$(wire_port "$1")
    if [[ $1 == gateway ]]; then
        HTTP_LISTEN=${HTTP_LISTEN:-127.0.0.1:$GATEWAY_PORT}
    else
        ADMIN_LISTEN=127.0.0.1:$(health_port "$1")
    fi
    exec setsid setpriv --pdeathsig TERM -- "$BINARIES/$1"
}

# http_status PORT PATH: the status code, nothing if there is no answer within 2 s.
http_status() {
    (
        exec 3<>"/dev/tcp/127.0.0.1/$1"
        printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&3
        read -rt 2 -u 3 _ status _ && printf '%s' "$status"
    ) 2>/dev/null || true
}

is_ready() { [[ $(http_status "$(health_port "$1")" /health/ready) == 200 ]]; }

prepare_database() {
    attended "$BINARIES/gateway" migrate >>"$LOGS/prepare.log" 2>&1 || fail "the database could not be migrated" "$(tail -n 3 "$LOGS/prepare.log")"
    attended "$BINARIES/pms-adapter" seed >>"$LOGS/prepare.log" 2>&1 || fail "the example hotel could not be made" "$(tail -n 3 "$LOGS/prepare.log")"
}
