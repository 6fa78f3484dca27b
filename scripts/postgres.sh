#!/usr/bin/env bash
# A private PostgreSQL for tests, on loopback only.
#
#   scripts/postgres.sh start FOLDER   prints the URL; FOLDER is empty or does not exist yet
#   scripts/postgres.sh stop FOLDER    ends it and removes FOLDER
#
# The role `cordon` owns the database `cordon` and is not a superuser, as in a real installation.
set -euo pipefail

fail() {
    echo "postgres.sh: $*" >&2
    exit 1
}

# PostgreSQL refuses to run as root, and its user cannot enter every working directory.
as_server() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

find_binaries() {
    binaries=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -1)
    [ -x "$binaries/initdb" ] || fail "no PostgreSQL in /usr/lib/postgresql: install postgresql"
}

create() {
    mkdir -p "$folder"
    [ -z "$(ls -A "$folder")" ] || fail "$folder is not empty"
    [ "$(id -u)" -ne 0 ] || chown postgres: "$folder"
    as_server "$binaries/initdb" --pgdata="$folder/cluster" --username=postgres --encoding=UTF8 \
        --locale=C.UTF-8 --auth=reject --no-sync >/dev/null
    echo 'host all cordon 127.0.0.1/32 trust' | as_server tee "$folder/cluster/pg_hba.conf" \
        >/dev/null
    # Made before the server listens: nobody can sign in as the superuser, not even this script.
    printf '%s\n' 'CREATE ROLE cordon LOGIN CREATEDB' 'CREATE DATABASE cordon OWNER cordon' |
        as_server "$binaries/postgres" --single -F -D "$folder/cluster" postgres \
            >"$folder/created" 2>&1
    # Single-user mode ends well even when a statement failed.
    ! grep 'ERROR' "$folder/created" >&2 || fail "the role or the database could not be made"
}

# Ports below the range that the system hands out; if one is taken, the next is tried.
# The data is thrown away, so nothing waits for the disk.
launch() {
    local port tries
    for tries in $(seq 20); do
        port=$((20000 + RANDOM % 12000))
        if as_server "$binaries/pg_ctl" start --wait --silent --pgdata="$folder/cluster" \
            --log="$folder/log" --options="-c listen_addresses=127.0.0.1 -c port=$port \
            -c unix_socket_directories= -c max_connections=200 -c fsync=off" \
            </dev/null >/dev/null 2>&1; then
            echo "postgresql://cordon@127.0.0.1:$port/cordon"
            return
        fi
        grep -q 'Address already in use' "$folder/log" || break
    done
    cat "$folder/log" >&2
    fail "PostgreSQL did not start after $tries attempt(s)"
}

start() {
    find_binaries
    create
    launch
}

stop() {
    find_binaries
    [ -e "$folder/cluster/PG_VERSION" ] || {
        # Nothing was made in it, so only an empty folder may go.
        rmdir "$folder" 2>/dev/null || true
        return
    }
    as_server "$binaries/pg_ctl" stop --wait --silent --mode=immediate \
        --pgdata="$folder/cluster" >/dev/null 2>&1 || true
    rm -rf "$folder"
}

[ $# -eq 2 ] || fail "usage: scripts/postgres.sh start|stop FOLDER"
folder=$(realpath -m "$2")
case $1 in
start) start ;;
stop) stop ;;
*) fail "usage: scripts/postgres.sh start|stop FOLDER" ;;
esac
