//! Programs that stand in for the downloader, uv and docker.

/// Pieces of the weights; the downloader keeps those that are there.
pub const DOWNLOADER: &str = r#"#!/bin/bash
echo "begin download" >> "$STAND_IN_LOG"
[ "$1" = download ] && [ "$3" = --events ] || exit 4
[ -n "$HF_TOKEN" ] || exit 5
echo "the token is $HF_TOKEN"
if [ -e "$STAND_IN_FAILS/download" ]; then
  echo '{"event":"failed","error":{"kind":"network","what":"the licence is not accepted","why":"403","next":"Accept it."}}'; exit 8
fi
model="$HOME/.cache/huggingface/hub/models--${2/\//--}"
mkdir -p "$model/refs" "$model/blobs" "$model/snapshots/abc"
for piece in 1 2 3 4; do
  if [ ! -e "$model/blobs/$piece" ]; then
    sleep "${STAND_IN_SECONDS:-0.05}"
    # The line and the piece come together: no kill gets between them, and a fetch that outlives its run is not begun again beside it.
    env -u TT_JUKEBOX_SETUP_RUN setsid --wait bash -c 'mkdir "$1.once" || exit; echo "$0" >> "$STAND_IN_LOG"; echo x > "$1.part"; mv "$1.part" "$1"' \
      "piece $piece" "$model/blobs/$piece"
  fi
  echo "{\"event\":\"progress\",\"bytes\":$piece,\"total\":4,\"file\":\"m.safetensors\"}"
done
echo abc > "$model/refs/main"; echo '{}' > "$model/snapshots/abc/tokenizer.json"; echo x > "$model/snapshots/abc/m.safetensors"
echo '{}' > "$model/snapshots/abc/config.part"; mv "$model/snapshots/abc/config.part" "$model/snapshots/abc/config.json"
echo '{"event":"done","bytes":4,"folder":"'"$model"'"}'
echo "end download" >> "$STAND_IN_LOG"
"#;

pub const UV: &str = r#"#!/bin/bash
name="uv $(basename "${!#}")"; echo "begin $name" >> "$STAND_IN_LOG"; sleep "${STAND_IN_SECONDS:-0.05}"
echo "Resolved 3 packages in 1ms"; echo "Installed 3 packages in 1ms"; echo "end $name" >> "$STAND_IN_LOG"
"#;

pub const DOCKER: &str = r#"#!/bin/bash
case "$1" in
  version) echo 27.0;;
  info) echo "$HOME";;
  image) [ -e "$HOME/images/pulled" ] || exit 1;;
  pull) echo "begin pull" >> "$STAND_IN_LOG"; sleep "${STAND_IN_SECONDS:-0.05}"; mkdir -p "$HOME/images"; touch "$HOME/images/pulled"; echo "end pull" >> "$STAND_IN_LOG";;
  volume) case "$2" in
    inspect) [ -e "$HOME/images/${!#}" ] || exit 1;;
    create) echo "begin volume" >> "$STAND_IN_LOG"; mkdir -p "$HOME/images"; touch "$HOME/images/$3"; echo "end volume" >> "$STAND_IN_LOG";;
  esac;;
esac
"#;

/// `uv pip install`, done by the pip of the environment: for machines without uv.
pub const UV_BY_PIP: &str = r#"#!/bin/bash
[ "$1 $2 $3" = "pip install --python" ] || exit 4
python="$4"; shift 4
[ "$1" = --index-strategy ] && shift 2
exec "$python" -m pip install "$@"
"#;
