#!/bin/sh
# Debian's chromium for the tests of the pages. Where it cannot be had, those tests are skipped and say so.
set -u
if command -v chromium > /dev/null; then
    exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
    echo "There is no chromium here, and only root can install it: the tests of the pages will be skipped." >&2
    exit 0
fi
echo "Installing chromium for the tests of the pages (apt-get install chromium) ..."
apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium > /dev/null ||
    echo "chromium cannot be installed: the tests of the pages will be skipped." >&2
