#!/usr/bin/env bash
# Installs what building, running, testing and `make chat` need; nothing when nothing is missing.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=lib/common.sh
source "$here/lib/common.sh"
# shellcheck source=lib/packages.sh
source "$here/lib/packages.sh"

install_missing "${run_needs[@]}" "${chat_needs[@]}" "${test_needs[@]}"
need_swift
say "Everything that is needed is installed."
