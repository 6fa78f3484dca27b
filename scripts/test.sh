#!/usr/bin/env bash
# Everything that has to hold before a change is kept. Prints nothing after pytest's closing line.
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

# A folder kept from another checkout may hold what this one cannot use: it gets one fresh try.
build_tests() {
    local folder
    folder=$(build_folder)
    if build_debug; then return 0; fi
    [ "$folder" != .build ] && [ "$was_kept" = yes ] || return 1
    echo "The build in the kept folder $folder failed: once more, from nothing."
    find "$folder" -mindepth 1 -delete
    build_debug
}

# Two runs on one machine take turns: the second would replace what the first is testing.
hold_build_folder() {
    local folder
    folder=$(build_folder)
    [ "$folder" != .build ] || return 0
    mkdir -p "$folder"
    exec 9>"${folder%/}.lock"
    flock --nonblock 9 || {
        echo "Waiting for another run that uses $folder"
        flock 9
    }
    was_kept=no
    # Only a folder that SwiftPM wrote may be emptied.
    [ ! -e "$folder/workspace-state.json" ] || was_kept=yes
}

lint() {
    local place places=()
    for place in Package.swift Sources Tests Benchmarks; do
        [ ! -e "$place" ] || places+=("$place")
    done
    swift format lint --strict --recursive --parallel "${places[@]}"
}

swift_tests() {
    swift test --skip-build --disable-xctest --scratch-path "$(build_folder)"
}

end_to_end_tests() {
    CORDON_BINARY=$(binary debug) .venv/bin/python -m pytest Tests/e2e
}

packages=("${build_packages[@]}" "${test_packages[@]}")
python=$(sed -n 's/^\([A-Za-z0-9_-]*\)==.*# direct$/\1/p' Tests/e2e/requirements.txt | xargs)
echo "Installs, only what is missing: with apt-get: ${packages[*]}; into ./.venv: $python"
install_missing "${packages[@]}"
require_swift
exec </dev/null

hold_build_folder
step "Format" lint
step "Build (debug, with tests)" build_tests
step "Python" prepare_python
step "PostgreSQL" start_postgres
step "Swift tests" swift_tests
last_step "End-to-end tests" end_to_end_tests
