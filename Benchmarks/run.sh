#!/usr/bin/env bash
# Measures a release build of Cordon next to nginx, on this machine and in the same minutes.
#
# Everything after the script's name goes to measure.py; `run.sh evidence …` runs evidence.py alone.
# CORDON_BINARY names another binary than the release build, which is then not built. The evidence
# side is measured when CORDON_BENCH_SCRIPTS (or ../shared/bench/evidence) has the scripts that
# generate and send interactions and start the peers; it works in CORDON_BENCH_SCRATCH.
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/steps.sh"

# Debian puts nginx where the path of a person who is not root does not reach.
PATH=$PATH:/usr/sbin

tools=()
command -v nginx >/dev/null || tools+=(nginx)
command -v wrk >/dev/null || tools+=(wrk)

echo "May install with apt-get, only what is missing: ${build_packages[*]} nginx wrk"
install_missing "${build_packages[@]}" ${tools[@]+"${tools[@]}"}
command -v python3 >/dev/null || fail "Python 3 must be on the PATH"
if [ -z "${CORDON_BINARY:-}" ]; then
    require_swift
    step "Build (release)" build_release
    CORDON_BINARY=$(binary release)
fi
scripts=${CORDON_BENCH_SCRIPTS:-../shared/bench/evidence}
scratch=${CORDON_BENCH_SCRATCH:-${TMPDIR:-/tmp}/cordon-bench-evidence}

evidence() {
    python3 Benchmarks/evidence.py --shared "$scripts" --scratch "$scratch" \
        --binary "$CORDON_BINARY" "$@"
}

if [ "${1:-}" = evidence ]; then
    evidence "${@:2}"
    exit
fi
printf '\n== Measure\n'
python3 Benchmarks/measure.py --binary "$CORDON_BINARY" "$@"
if [ -e "$scripts/measure_ingest.py" ]; then
    printf '\n== Evidence\n'
    evidence
else
    echo "The evidence side was not measured: there are no scripts in $scripts."
fi
