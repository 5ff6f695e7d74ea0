#!/usr/bin/env bash
# Hugging Face's libraries for node.js, which the tests of local models compare with: tokenizers (the Rust library itself)
# and transformers (which runs models with ONNX Runtime). Their versions and hashes are in transformers/package-lock.json.
#
#   transformers.sh      install (a second run returns at once)
# Environment:
#   SYNAPSE_TRANSFORMERS_PREFIX   where to put them   (default ~/.cache/synapse-transformers)
# Leaves $SYNAPSE_TRANSFORMERS_PREFIX/node_modules and, when they work, a copy of the lock file as .complete.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

prefix=${SYNAPSE_TRANSFORMERS_PREFIX:-${HOME:-/tmp}/.cache/synapse-transformers}
lock=$here/transformers/package-lock.json
if cmp -s "$lock" "$prefix/.complete"; then exit 0; fi

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "node.js is missing: install it with npm to run the tests that compare with Hugging Face's libraries." >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq -o DPkg::Lock::Timeout=300 update
    apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends nodejs npm >/dev/null
fi

staging=$prefix.new.$$
trap 'rm -rf "$staging"' EXIT
rm -rf "$staging"; mkdir -p "$staging"
cp "$here/transformers/package.json" "$lock" "$staging/"
# Without their scripts: that of onnxruntime-node would download libraries for CUDA.
(cd "$staging" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
(cd "$staging" && node -e 'require("tokenizers").lowercase(); import("@huggingface/transformers").then(() => process.exit(0), e => { console.error(e); process.exit(1) })')
cp "$lock" "$staging/.complete"
rm -rf "$prefix"; mkdir -p "$(dirname "$prefix")"; mv "$staging" "$prefix"
log "installed: $prefix"
