# shellcheck shell=bash
# Ports on the loopback interface: the gateway's is asked for, all others are free ones; DATA_DIR/ports.env tells which.

readonly SERVICES=(tts pms-adapter notifier orchestrator gateway)

# port_name SERVICE KIND: the variable that holds it, such as PMS_ADAPTER_ADMIN_PORT.
port_name() {
    local name=${1^^}_${2^^}_PORT
    printf '%s' "${name//-/_}"
}

is_listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Below the range from which the kernel takes ports for outgoing connections (32768 and up), so that none is taken by chance.
free_port() {
    local port try
    for try in {1..200}; do
        port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
        if [[ " ${taken_ports[*]} " == *" $port "* ]] || is_listening "$port"; then continue; fi
        taken_ports+=("$port")
        free=$port
        return
    done
    fail "no free port was found in $try tries between 20000 and 32000"
}

choose_ports() {
    local service kind name free taken_ports=()
    export GATEWAY_PORT=${GATEWAY_PORT:-8002}
    [[ $GATEWAY_PORT =~ ^[1-9][0-9]{0,4}$ ]] || fail "GATEWAY_PORT is no port: $GATEWAY_PORT" "a number from 1 to 65535 would be right"
    if is_listening "$GATEWAY_PORT"; then
        fail "something listens on port $GATEWAY_PORT already" "stop it, or choose another one: GATEWAY_PORT=8012 make run"
    fi
    taken_ports=("$GATEWAY_PORT")
    {
        printf 'GATEWAY_PORT=%s\n' "$GATEWAY_PORT"
        for service in "${SERVICES[@]}"; do
            for kind in wire admin; do
                # The gateway's health and metrics are on its HTTP port.
                [[ $service == gateway && $kind == admin ]] && continue
                name=$(port_name "$service" "$kind")
                free_port
                printf -v "$name" '%s' "$free"
                printf '%s=%s\n' "$name" "$free"
            done
        done
    } >"$DATA_DIR/ports.env"
}

# wire_port SERVICE, health_port SERVICE
wire_port() {
    local name
    name=$(port_name "$1" wire)
    printf '%s' "${!name}"
}
health_port() {
    local name
    if [[ $1 == gateway ]]; then printf '%s' "$GATEWAY_PORT"; else
        name=$(port_name "$1" admin)
        printf '%s' "${!name}"
    fi
}
