#!/usr/bin/env bash
# Pictures of every page, on a desktop, on a phone, in the dark and in German: in ./screenshots.
# CORDON_BINARY names another binary than the debug build.
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

pictures() { .venv/bin/python Tests/e2e/screenshots.py "$CORDON_BINARY" screenshots; }

packages=("${build_packages[@]}" chromium fonts-dejavu-core python3-venv)
echo "Installs, only what is missing: with apt-get: ${packages[*]}; Python packages into ./.venv"
install_missing "${packages[@]}"
require_swift
exec </dev/null

if [ -z "${CORDON_BINARY:-}" ]; then
    step "Build (debug)" build_debug
    CORDON_BINARY=$(binary debug)
fi
export CORDON_BINARY
step "Python" prepare_python
rm -rf screenshots
last_step "Screenshots" pictures
