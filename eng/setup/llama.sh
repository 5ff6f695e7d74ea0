#!/usr/bin/env bash
# llama.cpp's llama-server and tools from Debian's newer suites, in a private prefix with their own C
# library: the system is not touched.
#
#   llama.sh             install (a second run returns at once)
# Environment:
#   SYNAPSE_LLAMA_PREFIX   where to put it                 (default /opt/llama.cpp)
#   SYNAPSE_LLAMA_SUITES   Debian suites to try in order   (default "forky sid")
#   SYNAPSE_APT_DIR        private apt state and downloads (default a temporary folder, removed at the end)
# Leaves $SYNAPSE_LLAMA_PREFIX/bin/{llama-server,llama-cli,llama-quantize,...} and $SYNAPSE_LLAMA_PREFIX/VERSION.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

prefix=${SYNAPSE_LLAMA_PREFIX:-/opt/llama.cpp}
suites=${SYNAPSE_LLAMA_SUITES:-forky sid}
multiarch=x86_64-linux-gnu

works() {
    [ -s "$prefix/VERSION" ] && "$prefix/bin/llama-server" --version >/dev/null 2>&1 &&
        ls "$prefix/usr/lib/$multiarch"/libggml-cpu-*.so >/dev/null 2>&1
}
if works; then exit 0; fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null || [ "$(uname -m)" != x86_64 ]; then
    echo "llama-server is missing: install llama.cpp, and set SYNAPSE_LLAMA_PREFIX to the folder above its bin/, to run the tests with a real model server." >&2
    exit 1
fi

apt_root=${SYNAPSE_APT_DIR:-$(mktemp -d)}
[ -n "${SYNAPSE_APT_DIR:-}" ] || trap 'rm -rf "$apt_root"' EXIT
export CLOSURE_SKIP='^(debconf|wget|perl|gcc-[0-9]+-base)'

for suite in $suites; do
    dir=$apt_root/$suite
    private_apt_init "$suite" "$dir" || { log "$suite: no index"; continue; }
    staging=$prefix.new.$$; rm -rf "$staging"
    extract_closure "$dir" "$staging" llama.cpp-tools || { rm -rf "$staging"; continue; }
    mkdir -p "$staging/bin"
    libs="$prefix/usr/lib/$multiarch"
    for extra in "$staging/usr/lib/$multiarch"/{llama,ggml}*/; do      # private libraries of the tools
        [ -d "$extra" ] && libs+=":$prefix/usr/lib/$multiarch/$(basename "$extra")"
    done
    # ggml looks for its CPU backends beside /proc/self/exe, which is ld.so here.
    find "$staging/usr/lib/$multiarch" -mindepth 2 -name 'libggml-cpu-*.so' -printf '%P\n' | while read -r so; do
        ln -sf "$so" "$staging/usr/lib/$multiarch/$(basename "$so")"
    done
    for f in "$staging"/usr/bin/llama*; do
        name=$(basename "$f")
        [ "$(head -c4 "$f" | tail -c3)" = ELF ] || continue
        cat > "$staging/bin/$name" <<WRAP
#!/bin/sh
exec '$prefix/usr/lib/$multiarch/ld-linux-x86-64.so.2' --library-path '$libs' --argv0 '$prefix/usr/bin/$name' '$prefix/usr/bin/$name' "\$@"
WRAP
        chmod 755 "$staging/bin/$name"
    done
    rm -rf "$prefix"; mv "$staging" "$prefix"
    { "$prefix/bin/llama-server" --version 2>&1 | grep -i '^version' || true
      APT_CONFIG="$dir/apt.conf" apt-cache policy llama.cpp-tools | sed -nE 's/^ *Candidate: /llama.cpp-tools /p'
      echo "suite $suite"; } > "$prefix/VERSION.tmp" && mv "$prefix/VERSION.tmp" "$prefix/VERSION"
    works || { log "$suite: installed but does not start"; rm -rf "$prefix"; continue; }
    log "installed: $(tr '\n' ' ' < "$prefix/VERSION")"
    exit 0
done
log "no suite gave a working llama-server"; exit 1
