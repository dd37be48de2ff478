#!/usr/bin/env bash
# Checks the format of the Swift sources (.swift-format) and the shell scripts (shellcheck).
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=lib/common.sh
source "$here/lib/common.sh"
# shellcheck source=lib/packages.sh
source "$here/lib/packages.sh"

install_missing "${test_needs[@]}"
need_swift
cd "$REPO"
swift format lint --strict --recursive --parallel Package.swift services shared Tests
# From its own directory: there a script's `source=` finds its parts.
(cd compose/local && shellcheck --external-sources ./*.sh lib/*.sh)
shellcheck .ci/run
