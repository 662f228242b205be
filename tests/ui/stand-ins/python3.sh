#!/bin/bash
# A real Python, except that a new virtual environment holds the stand-in.
if [ "$1 $2" != "-m venv" ]; then
  exec "$REAL_PYTHON" "$@"
fi
mkdir -p "$3/bin" && cp "$HOME/stand-ins/python.sh" "$3/bin/python"
