#!/usr/bin/env bash
# Brings headless Chromium for the browser tests (/usr/bin/chromium), from the system's own packages. Safe to repeat.
set -euo pipefail
if command -v chromium >/dev/null && fc-list 2>/dev/null | grep -q .; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Chromium is missing: install the package 'chromium' and a font such as 'fonts-dejavu-core' to run the browser tests." >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq -o DPkg::Lock::Timeout=300 update
# Without any font a page renders boxes.
apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends chromium fonts-dejavu-core fontconfig >/dev/null
