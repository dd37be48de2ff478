# shellcheck shell=bash
# The five executables in release mode, under .build/release.

readonly BINARIES=$REPO/.build/release

build_services() {
    local stamp=$REPO/.build/services-are-built service
    # Asking SwiftPM five times whether anything has changed takes seconds, asking the files a few milliseconds.
    if [[ -e $stamp && -z $(find "$REPO/Package.swift" "$REPO/shared" "$REPO/services" -newer "$stamp" -print -quit) ]]; then
        for service in "${SERVICES[@]}"; do [[ -x $BINARIES/$service ]] || break; done
        [[ -x $BINARIES/$service ]] && return
    fi
    need_swift
    say "Building the five services in release mode (the first time takes some minutes) …"
    # Touched before: what is changed while it is being built is newer.
    mkdir -p "${stamp%/*}" && rm -f "$stamp" && touch "$stamp.begun"
    for service in "${SERVICES[@]}"; do
        attended swift build --package-path "$REPO" -c release --product "$service" || fail "$service could not be built"
    done
    mv "$stamp.begun" "$stamp"
}
