#!/bin/sh
# Starts code-server with the extension in it. There is no password unless somebody sets one: without it nothing starts.
set -eu

password_file=${TT_PASSWORD_FILE:-/run/secrets/password}
shortest=12
here=${TT_JUKEBOX_IMAGE:-/opt/tt-jukebox}
data=${XDG_DATA_HOME:-$HOME/.local/share}/code-server

say() { printf 'tt-jukebox: %s\n' "$1" >&2; }

refuse() {
  say "$1"
  say "next: $2"
  exit 78
}

# What a person types at the login page: the first line of a file, never a variable of the container, which
# `docker inspect` shows.
[ -e "$password_file" ] || refuse "there is no password: $password_file is missing" \
  "name a file that holds one in TT_PASSWORD_FILE for docker compose, or mount one there"
[ -r "$password_file" ] || refuse "user $(id -u) may not read $password_file" \
  "build the image with your own numbers: TT_UID=$(stat -c %u "$password_file") TT_GID=$(stat -c %g "$password_file")"
PASSWORD=$(head -n 1 "$password_file")
[ "${#PASSWORD}" -ge "$shortest" ] || refuse "the password has fewer than $shortest characters" \
  "write a longer one into the file, for example from: openssl rand -base64 24"

# The rights of a device are the host's business: they are told here and never changed.
for node in "${TT_DEVICES:-/dev/tenstorrent}"/[0-9]*; do
  if [ -e "$node" ] && { [ ! -r "$node" ] || [ ! -w "$node" ]; }; then
    say "user $(id -u) may not open $node; start with TT_DEVICE_GROUP=$(stat -c %g "$node")"
  fi
done

# Only where a person has written none: an update of the image keeps what is there.
if [ ! -e "$data/User/settings.json" ]; then
  mkdir -p "$data/User"
  cp "$here/settings.json" "$data/User/settings.json"
fi

# The volume outlives the image, so a newer image brings its package to an older volume.
installed=$data/tt-jukebox.sha256
sum=$(sha256sum <"$here/tt-jukebox.vsix")
if [ ! -r "$installed" ] || [ "$(cat "$installed")" != "$sum" ]; then
  code-server --config "$here/config.yaml" --install-extension "$here/tt-jukebox.vsix" --force
  printf '%s\n' "$sum" >"$installed"
fi

# Without a folder: an editor without one asks nobody whether to trust it.
# code-server takes the variable away from its own environment before it starts a terminal.
export PASSWORD
exec code-server --config "$here/config.yaml" --auth password --bind-addr "${TT_BIND:-0.0.0.0:8080}" \
  --disable-telemetry --disable-update-check --disable-getting-started-override "$@"
