#!/usr/bin/env bash
# Removes what was built and what `make run` keeps; secrets, bookings and conversations of this copy go with it.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=lib/common.sh
source "$here/lib/common.sh"

if [[ -d ${DATA_DIR:-$REPO/.data} ]]; then
    use_data_directory
    lock_data_directory
    # A link where PostgreSQL's user could not enter this directory.
    if [[ -L $DATA_DIR/postgres ]]; then rm -rf "$(readlink "$DATA_DIR/postgres")"; fi
    rm -rf "$DATA_DIR"/{postgres,sockets,log,run,dev.env,ports.env,lock}
    rmdir --ignore-fail-on-non-empty "$DATA_DIR"
fi
rm -rf "$REPO/.build"
