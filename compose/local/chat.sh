#!/usr/bin/env bash
# `make chat`: finds the gateway of this copy's `make run` and talks to it.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=lib/common.sh
source "$here/lib/common.sh"
# shellcheck source=lib/packages.sh
source "$here/lib/packages.sh"

install_missing "${chat_needs[@]}"
ports=${DATA_DIR:-$REPO/.data}/ports.env
if [[ -z ${GATEWAY_PORT:-} && -r $ports ]]; then
    GATEWAY_PORT=$(sed -n 's/^GATEWAY_PORT=//p' "$ports")
fi
export GATEWAY_PORT=${GATEWAY_PORT:-8002}
exec python3 "$here/chat.py"
