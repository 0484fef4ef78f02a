# shellcheck shell=bash
# Private database servers on loopback, with data that nothing outlives. Sourced by tests/run, after install.sh.

# Which of the two servers with one protocol: mariadb or mysql.
mysql=mariadb
server_data=
postgres_pid=
mysql_pid=

# Runs a server's command as the system user $1 if we are root (PostgreSQL and MariaDB refuse root), else as ourselves.
# The server dies with us, however we die.
as_server_user() {
    local user=$1
    shift
    if ((EUID == 0)); then
        exec setpriv --reuid="$user" --regid="$user" --init-groups --pdeathsig KILL "$@"
    else
        exec setpriv --pdeathsig KILL "$@"
    fi
}

# A port below the range from which the kernel gives out free ones, so that no client takes it meanwhile.
free_port() {
    local port
    while true; do
        port=$((20000 + RANDOM % 12000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

# Where the data lies: in memory where there is much of it, for each CREATE TABLE of MariaDB waits for the disk.
data_parent() {
    local free_kb memory_kb
    free_kb=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1) || true
    memory_kb=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo 2>/dev/null) || true
    if ((${free_kb:-0} > 4000000 && ${memory_kb:-0} > 8000000)); then echo /dev/shm; else echo /tmp; fi
}

start_servers() {
    local password
    password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
    server_data=$(mktemp -d "$(data_parent)/schema-health-tests.XXXXXXXX")
    chmod 711 "$server_data"
    if [[ -z ${SCHEMA_HEALTH_TEST_POSTGRES_URL:-} ]]; then start_postgres "$password"; fi
    [[ -n ${SCHEMA_HEALTH_TEST_MYSQL_URL:-} ]] || "start_$mysql" "$password"
}

server_folder() {
    mkdir "$server_data/$1"
    if ((EUID == 0)); then chown "$2" "$server_data/$1"; fi
}

start_postgres() {
    local bin port folder=$server_data/postgres
    bin=$(postgres_bin) || fail "no PostgreSQL server found; install postgresql and run again"
    port=$(free_port)
    say "starting PostgreSQL on 127.0.0.1:$port"
    server_folder postgres postgres
    (umask 077 && echo "$1" >"$folder/password")
    if ((EUID == 0)); then chown postgres "$folder/password"; fi
    export SCHEMA_HEALTH_TEST_POSTGRES_URL=postgres://postgres:$1@127.0.0.1:$port/postgres
    (
        cd "$folder" || exit
        (as_server_user postgres "$bin/initdb" --pgdata="$folder/data" --username=postgres --auth=password \
            --pwfile="$folder/password" --encoding=UTF8 --locale=C.UTF-8 --no-sync --no-instructions)
        as_server_user postgres "$bin/postgres" -D "$folder/data" -F -p "$port" -c listen_addresses=127.0.0.1 \
            -c unix_socket_directories="$folder" -c max_connections=200 -c max_locks_per_transaction=1024 \
            -c shared_buffers=64MB -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0
    ) >"$server_data/postgres.log" 2>&1 </dev/null &
    postgres_pid=$!
}

# Statements for MariaDB or MySQL, into the file $2: root has the password $1, and comes over TCP too.
write_users() {
    (umask 077 && cat >"$2") <<SQL
ALTER USER root@localhost IDENTIFIED BY '$1';
CREATE USER root@127.0.0.1 IDENTIFIED BY '$1';
GRANT ALL ON *.* TO root@127.0.0.1 WITH GRANT OPTION;
SQL
}

start_mariadb() {
    local port folder=$server_data/mariadb
    PATH=$PATH:/usr/sbin
    command -v mariadbd >/dev/null || fail "no MariaDB server found; install mariadb-server and run again"
    port=$(free_port)
    say "starting MariaDB on 127.0.0.1:$port"
    server_folder mariadb mysql
    write_users "$1" "$folder/users.sql"
    if ((EUID == 0)); then chown mysql "$folder/users.sql"; fi
    export SCHEMA_HEALTH_TEST_MYSQL_URL=mysql://root:$1@127.0.0.1:$port/mysql
    (
        cd "$folder" || exit
        # A MariaDB that starts deletes the temporary tables of every other one that uses the same folder.
        export TMPDIR=$folder
        (as_server_user mysql mariadb-install-db --no-defaults --datadir="$folder/data" \
            --auth-root-authentication-method=normal --skip-test-db)
        as_server_user mysql mariadbd --no-defaults --datadir="$folder/data" --port="$port" --bind-address=127.0.0.1 \
            --socket="$folder/socket" --pid-file="$folder/pid" --init-file="$folder/users.sql" --skip-log-bin \
            --character-set-server=utf8mb4 --max-connections=200 --performance-schema=OFF --innodb-use-native-aio=0 \
            --innodb-buffer-pool-size=64M --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0
    ) >"$server_data/mariadb.log" 2>&1 </dev/null &
    mysql_pid=$!
}

start_mysql() {
    local port folder=$server_data/mysql
    port=$(free_port)
    say "starting MySQL on 127.0.0.1:$port"
    server_folder mysql "$(id -un)"
    write_users "$1" "$folder/users.sql"
    export SCHEMA_HEALTH_TEST_MYSQL_URL=mysql://root:$1@127.0.0.1:$port/mysql
    (
        cd "$folder" || exit
        (mysqld --initialize-insecure --datadir="$folder/data")
        mysqld --datadir="$folder/data" --port="$port" --bind-address=127.0.0.1 --socket="$folder/socket" \
            --pid-file="$folder/pid" --init-file="$folder/users.sql" --skip-log-bin --max-connections=200 \
            --innodb-buffer-pool-size=64M --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0
    ) >"$server_data/mysql.log" 2>&1 </dev/null &
    mysql_pid=$!
}

wait_for_servers() {
    wait_for_server PostgreSQL "$postgres_pid" "$server_data/postgres.log" "${SCHEMA_HEALTH_TEST_POSTGRES_URL}"
    wait_for_server "$mysql" "$mysql_pid" "$server_data/$mysql.log" "${SCHEMA_HEALTH_TEST_MYSQL_URL}"
}

# Waits until $4, the URL of a server that we started, takes a login; a server of somebody else's has no pid.
wait_for_server() {
    local name=$1 pid=$2 log=$3 url=$4
    [[ -n $pid ]] || return 0
    for _ in {1..300}; do
        if answers "$url" 2>/dev/null; then return; fi
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.2
    done
    tail -n 30 "$log" >&2
    fail "$name did not start; its log is above"
}

answers() {
    "$PYTHON" - "$1" <<'PY'
import sys, urllib.parse
url = urllib.parse.urlsplit(sys.argv[1])
if url.scheme == "postgres":
    import psycopg
    psycopg.connect(sys.argv[1], connect_timeout=5).execute("SELECT 1")
else:
    import pymysql
    pymysql.connect(host=url.hostname, port=url.port, user=url.username, password=url.password, connect_timeout=5).ping()
PY
}

# The data is thrown away, so the servers need not write anything down first.
stop_servers() {
    local pid
    exec 2>/dev/null # bash would report each server that it sees die
    for pid in $postgres_pid $mysql_pid; do
        kill -QUIT "$pid" || true
    done
    if [[ -n $mysql_pid ]]; then kill -KILL "$mysql_pid" || true; fi
    wait || true
    if [[ -n $server_data ]]; then rm -rf "$server_data"; fi
}
