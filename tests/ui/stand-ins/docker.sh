#!/bin/bash
# Stands in for Docker: an image that is pulled and volumes that are made are files. What it runs answers at the port.
echo "docker $*" >> "$HOME/docker-calls"
case "$1" in
  version) echo 27.0 ;;
  image) [ -e "$HOME/images/pulled" ] || exit 1 ;;
  pull) mkdir -p "$HOME/images"; touch "$HOME/images/pulled" ;;
  volume)
    case "$2" in
      inspect) [ -e "$HOME/images/${!#}" ] || exit 1 ;;
      create) mkdir -p "$HOME/images"; touch "$HOME/images/$3" ;;
    esac ;;
  run)
    [[ "$*" =~ --publish\ 127\.0\.0\.1:([0-9]+): ]] || exit 2
    exec "$REAL_PYTHON" "$HOME/stand-ins/answers.py" "${BASH_REMATCH[1]}" ;;
esac
