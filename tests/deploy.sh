#!/usr/bin/env bash
# Checks what lies in deploy/, the Dockerfile and the shell scripts, with the real tools: the demo runs, a real
# Prometheus scrapes it, and the alert on missing tables must fire.
#
#   tests/deploy.sh                 everything
#   tests/deploy.sh METRICS_FILE    only whether this text of /metrics is as promised
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source-path=SCRIPTDIR source=lib/install.sh
source tests/lib/install.sh
# shellcheck source-path=SCRIPTDIR source=lib/servers.sh
source tests/lib/servers.sh

target=${CARGO_TARGET_DIR:-target}
binary=$target/debug/schema-health

check_metrics() {
    promtool check metrics <"$1" || fail "promtool finds fault with /metrics; see above"
    "$PYTHON" tests/deploy/check.py metrics "$1"
}

check_texts() {
    say "shell scripts, Dockerfile, YAML"
    shellcheck -x tests/run tests/deploy.sh tests/lib/*.sh .ci/run
    "$(dirname "$PYTHON")/hadolint" Dockerfile
    "$PYTHON" -m yamllint --strict -c tests/deploy/yamllint.yaml deploy
}

check_kubernetes() {
    local folder
    for folder in deploy/kubernetes/*/; do
        say "$folder"
        kubectl kustomize "$folder" >"$work/rendered.yaml"
        "$PYTHON" -m kubernetes_validate --strict --quiet "$work/rendered.yaml"
        # The configuration must load, with a URL where the Secret would have put it.
        mkdir "$work/config"
        cp -r "$folder"/. "$work/config"
        echo postgres://user:secret@127.0.0.1/shop >"$work/config/shop-url"
        sed -i 's|url_file: .*|url_file: shop-url|' "$work/config/schema-health.yaml"
        "$binary" config validate --config "$work/config/schema-health.yaml" >"$work/output" ||
            fail "$folder/schema-health.yaml is not valid; see above"
        rm -r "$work/config"
        # The command line must be one that we understand: --help comes last, so what stands before it is parsed.
        "$PYTHON" tests/deploy/check.py arguments "$work/rendered.yaml" >"$work/arguments"
        while read -ra arguments; do
            "$binary" "${arguments[@]}" --help >"$work/output" || fail "$folder: bad arguments: ${arguments[*]}"
        done <"$work/arguments"
    done
    "$PYTHON" -m kubernetes_validate --strict --quiet deploy/kubernetes/base/secret.example.yaml
}

check_prometheus() {
    say "deploy/prometheus"
    (
        cd deploy/prometheus
        promtool check rules schema-health.rules.yml
        promtool test rules schema-health.rules.test.yml
        promtool check config scrape-config.example.yml
    ) >"$work/output" 2>&1 || { cat "$work/output" >&2 && fail "promtool finds fault with deploy/prometheus"; }
}

# Polls $2… until it succeeds, for at most a minute; $1 says what we wait for.
wait_until() {
    local what=$1
    shift
    for _ in {1..300}; do
        if "$@" >"$work/output" 2>&1; then return; fi
        sleep 0.2
    done
    cat "$work/output" "$work"/*.log >&2
    fail "waited a minute for this in vain: $what"
}

get() { curl --silent --show-error --fail --max-time 5 "$@"; }

# As Part 5 of the incident's report has them: two work, one is blocked, and what comes behind that is not tested.
smoke_checks_tell() {
    local outcome
    get "$1" >"$work/metrics"
    for outcome in 'passed"} 2' 'failed"} 0' 'blocked"} 1' 'not_tested"} 1'; do
        grep -qxF "schema_health_smoke_checks{database=\"deltacrown\",outcome=\"$outcome" "$work/metrics" || return
    done
}

check_running() {
    local port prometheus_port
    port=$(free_port)
    say "the demo on 127.0.0.1:$port"
    (as_child "$binary" demo --listen "127.0.0.1:$port") >"$work/demo.log" 2>&1 &
    demo_pid=$!
    wait_until "the demo is ready" get "http://127.0.0.1:$port/readyz"
    wait_until "the demo's smoke checks have run" smoke_checks_tell "http://127.0.0.1:$port/metrics"
    get "http://127.0.0.1:$port/metrics" >"$work/metrics"
    check_metrics "$work/metrics"
    grep -qxF 'schema_health_missing_tables{database="deltacrown"} 7' "$work/metrics" ||
        fail "the demo's /metrics does not say that 7 tables are missing"

    prometheus_port=$(free_port)
    say "a Prometheus on 127.0.0.1:$prometheus_port that scrapes it"
    sed 's/for: .*/for: 2s/' deploy/prometheus/schema-health.rules.yml >"$work/schema-health.rules.yml"
    sed "s/targets: .*/targets: ['127.0.0.1:$port']/; s/scrape_interval: .*/scrape_interval: 1s/" \
        deploy/prometheus/scrape-config.example.yml >"$work/prometheus.yml"
    printf 'global: {evaluation_interval: 1s}\n' >>"$work/prometheus.yml"
    (as_child prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" \
        --web.listen-address="127.0.0.1:$prometheus_port") >"$work/prometheus.log" 2>&1 &
    prometheus_pid=$!
    local url=http://127.0.0.1:$prometheus_port
    wait_until "SchemaHealthMissingTables fires for deltacrown with 7 tables" \
        "$PYTHON" tests/deploy/check.py alert "$url" SchemaHealthMissingTables database=deltacrown value=7
    wait_until "SchemaHealthSmokeCheckFailed fires for the settings page" \
        "$PYTHON" tests/deploy/check.py alert "$url" SchemaHealthSmokeCheckFailed database=deltacrown "check=settings page"
    "$PYTHON" tests/deploy/check.py queries "$url"
    kill "$demo_pid"
    wait_until "SchemaHealthDown fires when the demo has ended" \
        "$PYTHON" tests/deploy/check.py alert "$url" SchemaHealthDown
}

as_child() { exec setpriv --pdeathsig KILL "$@"; }

clean_up() {
    exec 2>/dev/null # bash would report each process that it sees die
    kill -KILL "$demo_pid" || true
    kill -KILL "$prometheus_pid" || true
    wait || true
    rm -rf "$work"
}

demo_pid=
prometheus_pid=
work=$(mktemp -d /tmp/schema-health-deploy.XXXXXXXX)
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

install_packages
install_python "$target/python"
if (($#)); then
    check_metrics "$1"
    exit
fi
cargo build --quiet --locked --bins
check_texts
check_prometheus
"$PYTHON" tests/deploy/check.py dashboards
check_kubernetes
check_running
