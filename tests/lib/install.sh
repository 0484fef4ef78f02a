# shellcheck shell=bash
# Puts on the machine what the tests need, and says what it puts there. Sourced by tests/run and tests/deploy.sh.

say() { printf '==> %s\n' "$*" >&2; }

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# The folder of the newest PostgreSQL server on the machine; fails when there is none.
postgres_bin() {
    local newest
    newest=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
    [[ -x $newest ]] || newest=$(command -v initdb) || return 1
    dirname "$(readlink -f "$newest")"
}

missing_packages() {
    command -v cc >/dev/null || printf '%s\n' gcc libc6-dev
    command -v make >/dev/null || echo make
    command -v curl >/dev/null || echo curl
    postgres_bin >/dev/null || [[ -n ${SCHEMA_HEALTH_TEST_POSTGRES_URL:-} ]] || echo postgresql
    command -v mariadbd >/dev/null ||
        [[ -x /usr/sbin/mariadbd || -n ${SCHEMA_HEALTH_TEST_MYSQL_URL:-} || ${mysql:-mariadb} == mysql ]] || echo mariadb-server
    # The clients that run a repair's script; those of the servers come with them.
    command -v sqlite3 >/dev/null || echo sqlite3
    command -v mariadb >/dev/null || echo mariadb-client
    command -v psql >/dev/null || echo postgresql-client
    python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    if ((${everything:-1})); then
        command -v prometheus >/dev/null && command -v promtool >/dev/null || echo prometheus
        command -v kubectl >/dev/null || echo kubernetes-client
        command -v shellcheck >/dev/null || echo shellcheck
    fi
}

install_packages() {
    local packages
    mapfile -t packages < <(missing_packages)
    ((${#packages[@]})) || return 0
    say "installing the Debian packages: ${packages[*]}"
    command -v apt-get >/dev/null || fail "apt-get is not here; install ${packages[*]} by hand and run again"
    ((EUID == 0)) || command -v sudo >/dev/null || fail "run as root, or install ${packages[*]} by hand and run again"
    install_without_starting "${packages[@]}" ||
        fail "apt-get could not install ${packages[*]}; its messages are above"
}

# Debian starts a server when it installs it, now and at every boot; the tests want only the programs.
install_without_starting() {
    local policy=/usr/sbin/policy-rc.d no_cluster=/etc/postgresql-common/createcluster.d/schema-health-tests.conf
    local status=0 unit
    if [[ -e $policy ]]; then as_root mv "$policy" "$policy.schema-health-tests"; fi
    printf '#!/bin/sh\nexit 101\n' | as_root install -D -m 755 /dev/stdin "$policy"
    echo 'create_main_cluster = false' | as_root install -D -m 644 /dev/stdin "$no_cluster"

    as_root apt-get -qq update &&
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get -qq install -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@" >/dev/null || status=$?

    as_root rm -f "$policy" "$no_cluster"
    if [[ -e $policy.schema-health-tests ]]; then as_root mv "$policy.schema-health-tests" "$policy"; fi
    if [[ -d /run/systemd/system ]]; then
        for unit in postgresql mariadb-server:mariadb prometheus; do
            [[ " $* " != *" ${unit%:*} "* ]] || as_root systemctl --quiet disable "${unit#*:}" || true
        done
    fi
    return "$status"
}

install_nextest() {
    cargo nextest --version >/dev/null 2>&1 && return
    say "installing cargo-nextest (a few minutes)"
    cargo install --quiet --locked cargo-nextest || say "no cargo-nextest: cargo test runs the tests instead"
}

# Makes the virtual environment $1 hold tests/requirements.txt, and sets PYTHON to its interpreter.
install_python() {
    local folder=$1 python=python3 wanted
    PYTHON=$(realpath -m "$folder")/bin/python
    "$python" -c 'import ensurepip, venv' 2>/dev/null || python=/usr/bin/python3
    wanted=$("$python" --version && cat tests/requirements.txt)
    [[ -x $PYTHON && $(cat "$folder/installed" 2>/dev/null) == "$wanted" ]] && return
    say "installing tests/requirements.txt into $folder"
    rm -rf "$folder"
    "$python" -m venv "$folder" || fail "no Python virtual environment; install python3-venv and run again"
    "$PYTHON" -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt ||
        fail "pip could not install tests/requirements.txt; its messages are above"
    echo "$wanted" >"$folder/installed"
}

have_nextest() { cargo nextest --version >/dev/null 2>&1; }

build_tests() {
    cargo build --quiet --locked --bins
    if have_nextest; then
        cargo nextest run --locked --no-run --cargo-quiet
    else
        cargo test --quiet --locked --lib --bins --tests --no-run
    fi
}

run_tests() {
    local fail_fast=()
    if (($# == 0)); then fail_fast=(--no-fail-fast); fi
    if have_nextest; then
        cargo nextest run --locked --cargo-quiet "${fail_fast[@]}" "$@"
    else
        cargo test --quiet --locked --lib --bins --tests "${fail_fast[@]}" "$@"
    fi
}
