#!/usr/bin/env bash
# Measures Cordon's gateway, gate and stop next to other gateways, on this machine, in one run.
#
# Everything after the script's name goes to gateway.py; `gateway.sh --help` lists it. It builds
# nothing: --binary names a release build, .build-release/release/cordon when absent.
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/steps.sh"

# Debian puts nginx where the path of a person who is not root does not reach.
PATH=$PATH:/usr/sbin

tools=(python3-venv)
command -v nginx >/dev/null || tools+=(nginx)
command -v cc >/dev/null || tools+=(gcc libc6-dev)
command -v python3 >/dev/null || fail "Python 3.11 or newer must be on the PATH"

# The installing runs behind whatever else the machine does; the measuring does not.
(renice -n 10 "$BASHPID" >/dev/null && install_missing "${tools[@]}")
exec python3 Benchmarks/gateway.py "$@"
