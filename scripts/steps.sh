# Sourced by the other scripts: goes to the root of the checkout and defines what they share.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# What a build needs beside Swift. SwiftPM finds libpq, SQLite, zstd and zlib by asking pkg-config;
# Foundation's XML, where it is linked in, needs libxml2.
build_packages=(
    libjemalloc-dev libpq-dev libsqlite3-dev libxml2-dev libzstd-dev pkg-config zlib1g-dev)
# What the tests need on top of it.
test_packages=(chromium e2fsprogs fonts-dejavu-core nginx openssl postgresql python3-venv strace)

# SwiftPM builds anew whenever a flag differs from the last time, so each kind of build is written
# in one place. A release holds the Swift runtime: it runs where no Swift is, and every call of the
# runtime is a direct one, which makes a model's call 3 to 15 % cheaper.
build_release() {
    swift build -c release --static-swift-stdlib --product cordon --scratch-path "$(build_folder)"
}
build_debug() { swift build --build-tests --scratch-path "$(build_folder)"; }

# A folder outside the checkout survives fresh clones: a machine that checks every change builds
# only what changed.
build_folder() {
    if [ -n "${CORDON_BUILD:-}" ]; then
        echo "$CORDON_BUILD"
    elif [ "${CI:-}" = true ]; then
        echo "${HOME:-/tmp}/.cache/cordon/build"
    else
        echo .build
    fi
}

# SwiftPM keeps a link from the configuration's name to the folder of the platform.
binary() { echo "$(cd "$(build_folder)/$1" && pwd)/cordon"; }

fail() {
    echo "$*" >&2
    exit 1
}

# step NAME COMMAND…: says what begins, and how long it took. File 9 is a lock: a server that a step
# leaves running must not hold it.
step() {
    local name=$1 began=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    "$@" 9>&-
    printf '== %s: %d s\n' "$name" $((SECONDS - began))
}

# The last step's runner has the last word, so its own seconds are the ones in its closing line.
last_step() {
    local name=$1
    shift
    printf '\n== %s (after %d s)\n' "$name" "$SECONDS"
    "$@" 9>&-
}

require_swift() {
    command -v swift >/dev/null ||
        fail "Swift 6.3 or newer must be on the PATH: see https://www.swift.org/install"
}

is_installed() {
    case $1 in
    libjemalloc-dev) [ -e /usr/include/jemalloc/jemalloc.h ] ;;
    libpq-dev) [ -e /usr/include/postgresql/libpq-fe.h ] ;;
    e2fsprogs) command -v mkfs.ext4 >/dev/null ;;
    libsqlite3-dev) [ -e /usr/include/sqlite3.h ] ;;
    libxml2-dev) [ -e /usr/include/libxml2/libxml/tree.h ] ;;
    libzstd-dev) [ -e /usr/include/zdict.h ] ;;
    fonts-dejavu-core) [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] ;;
    chromium) command -v chromium >/dev/null ;;
    nginx) command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] ;;
    openssl | strace) command -v "$1" >/dev/null ;;
    pkg-config) command -v pkg-config >/dev/null ;;
    postgresql) compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ;;
    python3-venv) python3 -c 'import ensurepip, venv' 2>/dev/null ;;
    zlib1g-dev) [ -e /usr/include/zlib.h ] ;;
    *) return 1 ;;
    esac
}

# install_missing PACKAGE…: does nothing at all when everything is there.
install_missing() {
    local package missing=() as_root=()
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        fail "Not a Debian system. Please install what Debian calls: ${missing[*]}"
    if [ "$(id -u)" -ne 0 ]; then
        # Without a terminal nobody can type a password.
        if [ -t 0 ]; then as_root=(sudo); else as_root=(sudo -n); fi
        "${as_root[@]}" true 2>/dev/null ||
            fail "Neither root nor sudo. Please run: apt-get install ${missing[*]}"
    fi
    echo "Installing: ${missing[*]}"
    as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -qq)
    "${as_root[@]}" update </dev/null
    "${as_root[@]}" install --no-install-recommends "${missing[@]}" </dev/null >/dev/null
}

# The Python of the end-to-end tests, made again whenever its list of packages changes.
prepare_python() {
    local wanted=Tests/e2e/requirements.txt made=.venv/requirements.txt
    if cmp -s "$wanted" "$made" && .venv/bin/python -c 'import pytest' 2>/dev/null; then
        return 0
    fi
    rm -rf .venv
    python3 -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$wanted"
    cp "$wanted" "$made"
}

# Tests that need PostgreSQL find it by CORDON_TEST_POSTGRES; it is gone when the script ends.
start_postgres() {
    postgres_folder=$(mktemp -d /tmp/cordon-postgres.XXXXXX)
    trap 'scripts/postgres.sh stop "$postgres_folder" >/dev/null 2>&1 || true' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    CORDON_TEST_POSTGRES=$(scripts/postgres.sh start "$postgres_folder")
    export CORDON_TEST_POSTGRES
    echo "$CORDON_TEST_POSTGRES"
}
