# shellcheck shell=bash
# What the services read from their environment: what is set already wins, then DATA_DIR/dev.env, then a secret generated into it.

# 32 random bytes in hex.
random_secret() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

# Whether NAME, or NAME_FILE, is set.
is_set() {
    local file=${1}_FILE
    [[ -n ${!1:-} || -n ${!file:-} ]]
}

# default NAME VALUE: exports it unless it is set.
default() { is_set "$1" || export "$1=$2"; }

load_settings() {
    local settings=$DATA_DIR/dev.env name line
    (umask 077 && touch "$settings")
    chmod 600 "$settings"
    # Read, not sourced: a value is never run.
    while IFS= read -r line || [[ -n $line ]]; do
        [[ $line =~ ^([A-Z][A-Z0-9_]*)=(.*)$ ]] && default "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
    done <"$settings"
    for name in SECRET_KEY WIRE_SECRET ADMIN_PASSWORD WHATSAPP_VERIFY_TOKEN WHATSAPP_APP_SECRET; do
        is_set "$name" && continue
        export "$name=$(random_secret)"
        printf '%s=%s\n' "$name" "${!name}" >>"$settings"
    done

    default ENVIRONMENT development
    default LOG_LEVEL INFO
    default PMS_TYPE mock
    default AUDIO_ENABLED true
    default TTS_ENGINE espeak
    default WHATSAPP_PHONE_NUMBER_ID 123456789012345
    # Without an access token nothing could be sent: then no guest's number leaves this machine either. Port 9 discards.
    is_set WHATSAPP_ACCESS_TOKEN || default WHATSAPP_API_URL http://127.0.0.1:9
    default WHATSAPP_ACCESS_TOKEN no-access-token-is-set
}
