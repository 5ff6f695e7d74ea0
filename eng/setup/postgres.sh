#!/usr/bin/env bash
# PostgreSQL with pgvector from Debian's suites, in a private prefix with its own C library: the system is not touched.
#
#   postgres.sh            install (a second run returns at once)
# Environment:
#   SYNAPSE_PG_PREFIX   where to put it                 (default /opt/synapse-postgres)
#   SYNAPSE_PG_SUITES   Debian suites to try in order   (default "trixie forky": PostgreSQL 17, or 18; the
#                       tests run on what SYNAPSE_PG_PREFIX names, so a second prefix gives a second run)
#   SYNAPSE_PGVECTOR_SOURCE   Debian suite whose source of pgvector is built where the suite of PostgreSQL has no
#                       package of it, as bookworm with PostgreSQL 15 (default none; wants gcc)
#   SYNAPSE_APT_DIR     private apt state and downloads (default a temporary folder, removed at the end)
# Leaves $SYNAPSE_PG_PREFIX/bin/{initdb,pg_ctl,postgres,psql,pg_isready,...} and $SYNAPSE_PG_PREFIX/VERSION.
# The wrappers start each program through the prefix's own ld.so, so nothing has to be exported.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

prefix=${SYNAPSE_PG_PREFIX:-/opt/synapse-postgres}
suites=${SYNAPSE_PG_SUITES:-trixie forky}
multiarch=x86_64-linux-gnu

source=${SYNAPSE_PGVECTOR_SOURCE:-}
packaged=$([ -n "$source" ] || echo -pgvector)

# Builds the extension from Debian's source package with the headers of the PostgreSQL that it is for.
build_pgvector() {
    local dir=$1 staging=$2 major=$3 work=$1/pgvector so=$2/usr/lib/postgresql/$3/lib/vector.so version
    mkdir -p "$work"
    if ! command -v gcc >/dev/null || ! echo '#include <stdio.h>' | gcc -E - >/dev/null 2>&1; then
        apt-get -qq update && apt-get -qq install -y --no-install-recommends gcc libc6-dev >/dev/null || return 1
    fi
    (cd "$work" && APT_CONFIG="$dir/apt.conf" apt-get -qq download "postgresql-server-dev-$major" && for deb in ./*.deb; do dpkg -x "$deb" headers; done) || return 1
    private_apt_init "$source" "$dir-source" deb-src || return 1
    (cd "$work" && papt "$dir-source" -qq --download-only source pgvector && mkdir tree && tar -xf pgvector_*.orig.tar.* -C tree --strip-components=1) || return 1
    gcc -O2 -ftree-vectorize -fassociative-math -fno-signed-zeros -fno-trapping-math -fPIC -shared \
        -I "$work/headers/usr/include/postgresql/$major/server" "$work"/tree/src/*.c -o "$so" -lm || return 1
    version=$(sed -nE "s/^default_version *= *'(.*)'/\\1/p" "$work/tree/vector.control")
    cp "$work/tree/vector.control" "$staging/usr/share/postgresql/$major/extension/"
    cp "$work/tree/sql/vector.sql" "$staging/usr/share/postgresql/$major/extension/vector--$version.sql"
}

works() {   # the install answers and has the extension
    [ -s "$prefix/VERSION" ] && "$prefix/bin/postgres" -V >/dev/null 2>&1 &&
        ls "$prefix"/usr/share/postgresql/*/extension/vector.control >/dev/null 2>&1
}
if works; then exit 0; fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null || [ "$(uname -m)" != x86_64 ]; then
    echo "PostgreSQL with pgvector is missing: install both, and set SYNAPSE_PG_PREFIX to the folder above PostgreSQL's bin/, to run the tests of the team store." >&2
    exit 1
fi

apt_root=${SYNAPSE_APT_DIR:-$(mktemp -d)}
[ -n "${SYNAPSE_APT_DIR:-}" ] || trap 'rm -rf "$apt_root"' EXIT
# Not needed to run the server: maintainer-script tools, perl, JIT.
export CLOSURE_SKIP='^(perl|libperl|perl-modules|libllvm|libz3-|systemd|libsystemd-shared|passwd|adduser|debconf|libdebconfclient|procps|libproc2|ucf|ssl-cert|openssl$|locales|libc-l10n|libjson-perl|libio-pty-perl|libipc-run-perl|libtext-|postgresql-common|postgresql-client-common|login\.defs|base-passwd|init-system-helpers|sysvinit-utils|netbase|sensible-utils|libgdbm|libdb5|libsemanage|libsepol)'

for suite in $suites; do
    dir=$apt_root/$suite
    private_apt_init "$suite" "$dir" || { log "$suite: no index"; continue; }
    pkg=$(APT_CONFIG="$dir/apt.conf" apt-cache pkgnames postgresql- | grep -E "^postgresql-[0-9]+$packaged\$" | sort -t- -k2,2nr | head -n1) || true
    [ -n "$pkg" ] || { log "$suite: no pgvector"; continue; }
    major=${pkg#postgresql-}; major=${major%-pgvector}
    staging=$prefix.new.$$; rm -rf "$staging"
    extract_closure "$dir" "$staging" "$pkg" || { rm -rf "$staging"; continue; }
    # Suites before trixie have some libraries, the C library among them, in /lib.
    if [ -d "$staging/lib" ] && [ ! -L "$staging/lib" ]; then cp -a "$staging/lib/." "$staging/usr/lib/" && rm -rf "${staging:?}/lib"; fi
    [ -z "$source" ] || build_pgvector "$dir" "$staging" "$major" || { log "$suite: pgvector could not be built"; rm -rf "$staging"; continue; }
    pgbin=$staging/usr/lib/postgresql/$major/bin; elf=$staging/usr/lib/postgresql/$major/elf
    mkdir -p "$elf" "$staging/bin"
    # Without libLLVM a present llvmjit.so makes every costly query fail; an absent one just turns JIT off.
    rm -rf "$staging/usr/lib/postgresql/$major/lib"/llvmjit* "$staging/usr/lib/postgresql/$major/lib/bitcode"
    for f in "$pgbin"/*; do
        name=$(basename "$f")
        [ "$(head -c4 "$f" | tail -c3)" = ELF ] || continue
        mv "$f" "$elf/$name"
        # argv[0] names the wrapper: PostgreSQL finds its share/ and its sibling programs from there.
        cat > "$f" <<WRAP
#!/bin/sh
exec '$prefix/usr/lib/$multiarch/ld-linux-x86-64.so.2' --library-path '$prefix/usr/lib/$multiarch' --argv0 '$prefix/usr/lib/postgresql/$major/bin/$name' '$prefix/usr/lib/postgresql/$major/elf/$name' "\$@"
WRAP
        chmod 755 "$f"
        ln -s "../usr/lib/postgresql/$major/bin/$name" "$staging/bin/$name"
    done
    rm -rf "$prefix"; mv "$staging" "$prefix"
    { "$prefix/bin/postgres" -V
      sed -nE "s/^default_version *= *'(.*)'/pgvector \1/p" "$prefix/usr/share/postgresql/$major/extension/vector.control"
      echo "suite $suite"; } > "$prefix/VERSION.tmp" && mv "$prefix/VERSION.tmp" "$prefix/VERSION"
    works || { log "$suite: installed but does not start"; rm -rf "$prefix"; continue; }
    log "installed: $(tr '\n' ' ' < "$prefix/VERSION")"
    exit 0
done
log "no suite gave a working PostgreSQL with pgvector"; exit 1
