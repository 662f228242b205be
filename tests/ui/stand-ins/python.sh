#!/bin/bash
# Stands in for the Python of an environment. It says how it was called, and ends as its mood says. A script of ours is
# called with --dry-run first, by a real Python, so that arguments which the script does not take are an error here too.
echo "python $*" >> "$HOME/calls"
read -r code < "$HOME/mood"
case "$*" in
  *start-vllm-server.py*)
    [ "$code" = 0 ] || export FAKE=die
    exec "$REAL_PYTHON" "$HOME/stand-ins/fake_vllm.py" "$@" ;;
  *tt-*.py*)
    "$REAL_PYTHON" "$@" --dry-run || exit ;;
esac
if [ "$code" != 0 ]; then
  echo "the stand-in fails"
  exit "$code"
fi
case "$*" in
  *tt-api-server-direct.py*) exec "$REAL_PYTHON" "$HOME/stand-ins/answers.py" "${@: -1}" ;;
  *--prompt*) echo "A tensor is a box of numbers." ;;
  *tt-chat-direct.py*)
    while read -r -p "> " line && [ "$line" != /quit ]; do echo "You said $line."; done ;;
  *tt-forge-classifier.py*) echo "97.0%  lighthouse" ;;
  *) echo "the stand-in is well" ;;
esac
