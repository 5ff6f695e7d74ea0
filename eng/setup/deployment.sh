#!/usr/bin/env bash
# Docker Compose, ShellCheck, nginx and Prometheus from Debian's suites, and PowerShell as a tool of .NET, in a private prefix: the tests of the deployments check the
# Compose files, run the scripts, put a proxy before the server, and let it be scraped and watched with them. No Docker engine is needed for that, and none is installed.
#
#   deployment.sh          install (a second run returns at once)
# Environment:
#   SYNAPSE_DEPLOY_PREFIX  where to put it                 (default /opt/synapse-deployment)
#   SYNAPSE_DEPLOY_SUITES  Debian suites to try in order   (default "forky sid trixie")
#   SYNAPSE_APT_DIR        private apt state and downloads (default a temporary folder, removed at the end)
# Leaves $SYNAPSE_DEPLOY_PREFIX/bin/{docker-compose,shellcheck,nginx,prometheus,promtool,pwsh} and $SYNAPSE_DEPLOY_PREFIX/VERSION.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

prefix=${SYNAPSE_DEPLOY_PREFIX:-/opt/synapse-deployment}
suites=${SYNAPSE_DEPLOY_SUITES:-forky sid trixie}
multiarch=x86_64-linux-gnu
powershell=7.6.10
export DOTNET_CLI_TELEMETRY_OPTOUT=1 POWERSHELL_TELEMETRY_OPTOUT=1

works() { [ -s "$prefix/VERSION" ] && "$prefix/bin/docker-compose" version >/dev/null 2>&1 && "$prefix/bin/shellcheck" --version >/dev/null 2>&1 && "$prefix/bin/nginx" -v >/dev/null 2>&1 && "$prefix/bin/prometheus" --version >/dev/null 2>&1 && "$prefix/bin/promtool" --version >/dev/null 2>&1 && "$prefix/bin/pwsh" -NoProfile -Version >/dev/null 2>&1; }
if works; then exit 0; fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null || [ "$(uname -m)" != x86_64 ]; then
    echo "Docker Compose, ShellCheck, nginx, Prometheus or PowerShell is missing: install them, and set SYNAPSE_DEPLOY_PREFIX to the folder above their bin/, to check the deployments with them." >&2
    exit 1
fi

apt_root=${SYNAPSE_APT_DIR:-$(mktemp -d)}
[ -n "${SYNAPSE_APT_DIR:-}" ] || trap 'rm -rf "$apt_root"' EXIT
# Only the programs are run: not the engine, and nothing that installs packages or makes users.
export CLOSURE_SKIP='^(docker-cli|docker\.io|docker-buildx|containerd|runc|perl|debconf|git|systemd|iproute2|libbpf|python3|passwd|login|base-passwd|libpam)'

for suite in $suites; do
    dir=$apt_root/$suite
    private_apt_init "$suite" "$dir" || { log "$suite: no index"; continue; }
    staging=$prefix.new.$$; rm -rf "$staging"
    extract_closure "$dir" "$staging" docker-compose shellcheck nginx prometheus promtool || { rm -rf "$staging"; continue; }
    mkdir -p "$staging/bin"
    for program in usr/libexec/docker/cli-plugins/docker-compose usr/bin/docker-compose usr/bin/shellcheck usr/sbin/nginx usr/bin/prometheus usr/bin/promtool; do
        [ -f "$staging/$program" ] && [ ! -L "$staging/$program" ] || continue
        cat > "$staging/bin/$(basename "$program")" <<WRAP
#!/bin/sh
exec '$prefix/usr/lib/$multiarch/ld-linux-x86-64.so.2' --library-path '$prefix/usr/lib/$multiarch' '$prefix/$program' "\$@"
WRAP
        chmod 755 "$staging/bin/$(basename "$program")"
    done
    dotnet tool install PowerShell --version "$powershell" --tool-path "$staging/bin" >/dev/null || { rm -rf "$staging"; log "PowerShell could not be fetched"; exit 1; }
    rm -rf "$prefix"; mv "$staging" "$prefix"
    { echo "Docker Compose $("$prefix/bin/docker-compose" version --short)"; "$prefix/bin/shellcheck" --version | sed -n 's/^version: /ShellCheck /p'; "$prefix/bin/nginx" -v 2>&1 | sed 's/^nginx version: //'; "$prefix/bin/prometheus" --version 2>&1 | sed -n 's/^prometheus, version \([^ ]*\).*/Prometheus \1/p'; echo "PowerShell $powershell"; echo "suite $suite"; } > "$prefix/VERSION.tmp" &&
        mv "$prefix/VERSION.tmp" "$prefix/VERSION"
    works || { log "$suite: installed but does not start"; rm -rf "$prefix"; continue; }
    log "installed: $(tr '\n' ' ' < "$prefix/VERSION")"
    exit 0
done
log "no suite gave working programs"; exit 1
