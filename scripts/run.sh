#!/usr/bin/env bash
# Builds Cordon and opens the demo. DATA and LISTEN say where.
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

echo "May install with apt-get, only what is missing: ${build_packages[*]}"
install_missing "${build_packages[@]}"
require_swift
step "Build (release)" build_release
exec "$(binary release)" demo --data "${DATA:-./cordon-data}" --listen "${LISTEN:-127.0.0.1:8080}"
