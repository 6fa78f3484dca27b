#!/usr/bin/env bash
# The end-to-end tests that kill processes, cut power and fill disks. CORDON_BINARY names another
# binary than the release build.
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

torture() { .venv/bin/python -m pytest Tests/e2e -m torture; }

packages=("${build_packages[@]}" "${test_packages[@]}")
echo "Installs, only what is missing: with apt-get: ${packages[*]}; Python packages into ./.venv"
install_missing "${packages[@]}"
require_swift
exec </dev/null

if [ -z "${CORDON_BINARY:-}" ]; then
    step "Build (release)" build_release
    CORDON_BINARY=$(binary release)
fi
export CORDON_BINARY
step "Python" prepare_python
step "PostgreSQL" start_postgres
last_step "Torture" torture
