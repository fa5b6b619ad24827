#!/bin/sh
# Debian's chromium for the tests of the pages. Where it cannot be had, those tests are skipped and say so.
# The headless shell draws the same pages with a third of the work that the whole browser takes without a window.
set -u
if command -v chromium-headless-shell > /dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    echo "Installing chromium for the tests of the pages (apt-get install chromium-headless-shell) ..."
    apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium-headless-shell > /dev/null &&
        exit 0
fi
command -v chromium > /dev/null ||
    echo "There is no chromium here, and only root can install it by apt-get: the tests of the pages will be skipped." >&2
