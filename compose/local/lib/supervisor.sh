# shellcheck shell=bash disable=SC2154 # the parts of run.sh use each other's names
# Starts processes, starts again what dies, and stops everything in order.

# In the order in which they start; they stop in the reverse one.
supervised=()
declare -A pid_of=() started_ms=() deaths=() start_at_ms=()
# Whether a second signal has come: 1 or 0.
hurried=0

# note WORDS…: to the terminal and into run.log.
note() {
    printf '%s\n' "$*"
    printf '%(%FT%T%z)T %s\n' -1 "$*" >>"$LOGS/run.log"
}

# supervise NAME: starts it and keeps it running.
supervise() {
    supervised+=("$1")
    deaths[$1]=0
    launch "$1"
}

launch() {
    local name=$1 log=$LOGS/$1.log
    if [[ -e $log && $(stat -c %s "$log") -gt 50000000 ]]; then mv -f "$log" "$log.1"; fi
    (
        trap - INT TERM HUP PIPE EXIT
        shed_descriptors
        case $name in
            postgres | redis) "exec_$name" ;;
            *) exec_service "$name" ;;
        esac
    ) </dev/null >>"$log" 2>&1 &
    pid_of[$name]=$!
    printf '%s\n' "$!" >"$RUN/$name.pid"
    look_at_clock
    started_ms[$name]=$now_ms
    unset "start_at_ms[$name]"
}

# By its state (proc(5)): one that has ended and is not yet waited for counts as dead, which `kill -0` does not see.
is_alive() {
    local stat
    [[ -n ${pid_of[$1]:-} ]] && read -r stat 2>/dev/null <"/proc/${pid_of[$1]}/stat" && [[ $stat != *") Z "* ]]
} 2>/dev/null

# Whether our make has been sent SIGINT: a terminal sends it to us as well, `kill -INT` does not, and make then waits for us with the signal
# blocked instead of passing it on (as it does SIGTERM).
make_is_interrupted() {
    local name key value blocked=0
    if ! read -r name <"/proc/$PPID/comm" || [[ $name != make ]]; then return 1; fi
    while read -r key value; do
        [[ $key != SigBlk: ]] || blocked=$value
    done <"/proc/$PPID/status"
    ((16#$blocked & 2))
} 2>/dev/null

# Looks once at every process: notices the dead, starts those whose pause is over.
look_after() {
    local name
    if make_is_interrupted; then exit 0; fi
    look_at_clock
    for name in "${supervised[@]}"; do
        if [[ -n ${pid_of[$name]:-} ]]; then
            is_alive "$name" || bury "$name"
        elif [[ -n ${start_at_ms[$name]:-} ]] && ((now_ms >= start_at_ms[$name])); then
            note "$name is started again"
            launch "$name"
        fi
    done
}

# Says how it died and when it is started again: after half a second, doubling to 15 s while it keeps dying within half a minute.
bury() {
    local name=$1 code=0 lived pause_ms how
    # Without bash's own notice of a killed job.
    wait "${pid_of[$name]}" 2>/dev/null || code=$?
    forget "$name"
    if ((code > 128)); then how="was killed by SIG$(kill -l "$code")"; else how="ended with code $code"; fi
    look_at_clock
    lived=$((now_ms - started_ms[$name]))
    # EX_CONFIG: it has said what is wrong with its settings, and trying again would change nothing.
    if ((code == 78)); then
        note "$name $how: its settings are wrong"
        tail -n 5 "$LOGS/$name.log"
        exit 78
    fi
    # A server that someone has shut down in good order was meant to be down.
    if [[ $name == postgres || $name == redis ]] && ((code == 0)); then
        note "$name was shut down and stays down; \`kill -USR1 $$\` starts it again"
        return
    fi
    ((lived < 30000)) || deaths[$name]=0
    pause_ms=$((500 << (deaths[$name] < 5 ? deaths[$name] : 5)))
    ((pause_ms < 15000)) || pause_ms=15000
    deaths[$name]=$((deaths[$name] + 1))
    start_at_ms[$name]=$((now_ms + pause_ms))
    note "$name $how after $((lived / 1000)) s; it is started again in $((pause_ms / 1000)).$((pause_ms % 1000 / 100)) s"
}

# Each leads a group of its own: the helpers that it has left in it go, too.
forget() {
    kill -KILL -- "-${pid_of[$1]}" 2>/dev/null || true
    pid_of[$1]=
    rm -f "$RUN/$1.pid"
}

# What was shut down by hand starts again.
start_stopped() {
    local name
    for name in "${supervised[@]}"; do
        [[ -n ${pid_of[$name]:-} || -n ${start_at_ms[$name]:-} ]] || start_at_ms[$name]=0
    done
}

# until_true SECONDS COMMAND…: looks after everything until the command succeeds.
until_true() {
    look_at_clock
    local end=$((now_ms + $1 * 1000))
    shift
    until "$@"; do
        look_after
        ((now_ms < end)) || return 1
        pause 0.02
    done
}

# In reverse order, each in peace for 10 s; after a second signal for 1 s.
stop_all() {
    local index name asked_ms signal
    for ((index = ${#supervised[@]} - 1; index >= 0; index--)); do
        name=${supervised[index]}
        is_alive "$name" || continue
        # PostgreSQL's fast shutdown.
        signal=TERM
        [[ $name != postgres ]] || signal=INT
        kill "-$signal" "${pid_of[$name]}" 2>/dev/null || true
        look_at_clock
        asked_ms=$now_ms
        while is_alive "$name"; do
            look_at_clock
            if ((now_ms - asked_ms > (hurried ? 1000 : 10000))); then
                note "$name did not stop and is killed"
                kill -KILL "${pid_of[$name]}" 2>/dev/null || true
                break
            fi
            pause 0.02
        done
        wait "${pid_of[$name]}" 2>/dev/null || true
        forget "$name"
    done
    supervised=()
}
