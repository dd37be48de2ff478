#!/usr/bin/env bash
# Everything that must hold before a change lands: formats, scripts, the build without a warning, all tests. The last line counts them.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=lib/common.sh
source "$here/lib/common.sh"
# shellcheck source=lib/packages.sh
source "$here/lib/packages.sh"

install_missing "${run_needs[@]}" "${test_needs[@]}"
need_swift
cd "$REPO"
began=$SECONDS
say "== Formats and scripts"
lint=
"$here/lint.sh" || lint=", formats or scripts not as they should be"
say "== Build"
swift build --build-tests

output=$(mktemp)
trap 'rm -f "$output"' EXIT
passed=0 failed=0 skipped=0 crashed=0

# count MARK: the tests of the last run whose end Swift Testing marked so (✔, ✘, ➜), not the run's own line nor a test's single cases.
count() { grep -E "^$1 Test .* ((passed|failed) after [0-9.]+ seconds.*\.$|skipped)" "$output" | grep -cvE "^$1 Test (run with|case passing) " || true; }

# run_tests NAME ARGUMENTS…: one process of tests, and its counts.
run_tests() {
    local name=$1 code failures
    shift
    say "== Tests: $name"
    set +e
    swift test --skip-build "$@" 2>&1 | tee "$output" | grep --line-buffered -vE '^(◇|✔ (Test|Suite)|Test Suite|\s+Executed) '
    code=${PIPESTATUS[0]}
    set -e
    failures=$(count ✘)
    passed=$((passed + $(count ✔)))
    failed=$((failed + failures))
    skipped=$((skipped + $(count ➜)))
    if ((code != 0 && failures == 0)) || ! grep -qE '^[✔✘] Test run with ' "$output"; then
        say "the process of these tests ended with code $code before its end"
        crashed=$((crashed + 1))
    fi
}

# A process for each target: one's load does not reach into another's deadlines. The last three start all services.
for target in Tests/*Tests Tests/EndToEnd Tests/Browser Tests/Chaos; do
    run_tests "${target#Tests/}" --filter "^${target#Tests/}\."
done

took=$((SECONDS - began))
failed=$((failed + crashed))
say "== Done in $((took / 60)) min $((took % 60)) s$lint; processes that ended early: $crashed"
say "$passed passed, $failed failed, $skipped skipped"
[[ -z $lint ]] && ((failed == 0 && passed > 0))
