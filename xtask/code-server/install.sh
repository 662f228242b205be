#!/bin/sh
# Installs the code-server that the lock file beside this script pins, with the Node.js that it is built for, into the
# folder that is named: for the demo and the tests (`cargo xtask`), and for the image (editor-client/code-server).
#
# The npm package's own install script is not run. It wants Node.js 24 on PATH and compiles modules nobody needs here; the
# steps below do the same with the Node.js from the lock file, and compile the two modules that are needed.
set -eu
pins=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
export npm_config_audit=false npm_config_fund=false npm_config_loglevel=error
log=$folder/install.log

step() {
  echo "  $1"
  shift
  "$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; exit 1; }
}

cp "$pins/package.json" "$pins/package-lock.json" "$folder/"
cd "$folder"
step "code-server and Node.js" npm ci --ignore-scripts

# From here on with the Node.js that will run it, whose headers came along in its package.
node=$(echo "$folder"/node_modules/node-linux-*)
export PATH="$node/bin:$PATH" npm_config_nodedir="$node"
cd "$folder/node_modules/code-server/lib/vscode"
# Not `npm ci`: the shrinkwrap of this package does not agree with its package.json, which `ci` refuses.
step "the editor's modules" npm install --ignore-scripts --omit=dev
cd extensions
step "the modules of its own extensions" npm ci --ignore-scripts --omit=dev
cd ..
step "two native modules" npm rebuild @vscode/spdlog @vscode/native-watchdog
rm "$log"
