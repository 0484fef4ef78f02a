# shellcheck shell=bash
# A MySQL server out of Debian's unstable suite, unpacked into a folder: nothing is installed, and no root is needed.
# Sourced by tests/run, after install.sh.

# Where mysqld and the libraries that it was built with lie.
mysql_root=

# Makes the folder $1 hold MySQL, once; remove the folder to get the newest. 60 MB to fetch, 260 MB unpacked.
install_mysql() {
    local folder
    folder=$(realpath -m "$1")
    mysql_root=$folder/root
    [[ ! -e $folder/installed ]] || return 0
    command -v apt-get >/dev/null ||
        fail "MySQL comes out of Debian packages, and apt-get is not here; set SCHEMA_HEALTH_TEST_MYSQL_URL"
    rm -rf "$folder"
    mkdir -p "$folder"/apt/{none,lists/partial,archives/partial} "$mysql_root"
    fetch_mysql "$folder/apt"
    local package
    for package in "$folder"/apt/archives/*.deb; do
        [[ $package == */*perl* ]] || dpkg-deb --extract "$package" "$mysql_root" || fail "cannot unpack $package"
    done
    rm -rf "$folder/apt"
    touch "$folder/installed"
}

# Fetches the server's package and all that it needs into $1/archives, by an apt-get that knows of nothing else.
fetch_mysql() {
    local mirror keys=/usr/share/keyrings/debian-archive-keyring.gpg
    # shellcheck disable=SC2016 # the dollars are apt-get's
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(SUITE)' 'Created-By: Packages' |
        awk '$2 == "Debian" && $3 !~ /security/ { print $1; exit }')
    [[ -n $mirror && -e $keys ]] ||
        fail "MySQL comes from Debian's unstable suite, and apt-get knows no Debian mirror here; set SCHEMA_HEALTH_TEST_MYSQL_URL"
    say "fetching MySQL from Debian's unstable suite"
    : >"$1/status"
    echo "deb [signed-by=$keys] $mirror sid main" >"$1/sources.list"
    cat >"$1/apt.conf" <<CONF
Dir::State "$1";
Dir::State::Lists "$1/lists";
Dir::State::Status "$1/status";
Dir::Cache "$1";
Dir::Etc::SourceList "$1/sources.list";
Dir::Etc::SourceParts "$1/none";
Dir::Etc::Preferences "$1/none/preferences";
Dir::Etc::PreferencesParts "$1/none";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Debug::NoLocking "true";
CONF
    export APT_CONFIG=$1/apt.conf
    if ! apt-get -qq update ||
        ! apt-get -qq install --yes --download-only -o Dpkg::Use-Pty=0 mysql-server-core >/dev/null; then
        fail "apt-get could not fetch mysql-server-core; its messages are above"
    fi
    unset APT_CONFIG
}

# By its own libraries, which are newer than the machine's.
mysqld() {
    local libraries
    libraries=$(dirname "$mysql_root"/usr/lib/*/libc.so.6)
    as_server_user "$(id -un)" "$libraries"/ld-linux-*.so.* --library-path "$libraries" "$mysql_root/usr/sbin/mysqld" \
        --no-defaults --user="$(id -un)" --lc-messages-dir="$mysql_root/usr/share/mysql" \
        --character-sets-dir="$mysql_root/usr/share/mysql/charsets" --plugin-dir="$mysql_root/usr/lib/mysql/plugin" \
        --secure-file-priv=NULL --mysqlx=OFF --innodb-use-native-aio=0 "$@"
}
