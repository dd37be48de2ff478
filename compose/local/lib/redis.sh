# shellcheck shell=bash disable=SC2154 # the parts of run.sh use each other's names
# A private Redis on a Unix socket. It holds only what can be lost, so it writes nothing down.

exec_redis() {
    exec setsid setpriv --pdeathsig TERM -- redis-server --port 0 --unixsocket "$sockets/redis.sock" --unixsocketperm 700 \
        --dir "$DATA_DIR" --daemonize no --save '' --appendonly no --maxmemory 128mb --maxmemory-policy volatile-lru
}

redis_answers() { [[ -S $sockets/redis.sock ]] && [[ $(redis-cli -s "$sockets/redis.sock" ping 2>/dev/null) == PONG ]]; }
