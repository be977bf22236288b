#!/bin/bash
# Makes .venv and installs the pinned packages: `setup.sh run` to use the program, `setup.sh dev`
# to work on it. Does nothing, and needs no network, when .venv already holds them.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly what="$1"
readonly list="requirements/$what.txt"
readonly venv=".venv"
readonly oldest="3.11"

stop() {
  printf '\n' >&2
  printf '%s\n' "$@" >&2
  exit 1
}

find_python() {
  local name
  for name in ${PYTHON3:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null && "$name" -c "
import sys; sys.exit(sys.version_info < tuple(map(int, '$oldest'.split('.'))))"; then
      command -v "$name"
      return
    fi
  done
  if command -v python3 >/dev/null; then
    stop "Python $oldest or newer is needed; python3 here is $(python3 --version | cut -d' ' -f2)." \
      "Debian 12, Ubuntu 24.04 and later have it. On an older system install a newer one beside it:" \
      "  apt install python3.12 python3.12-venv    (then run make again)"
  fi
  stop "Python $oldest or newer is needed, and there is no python3 here. Install it:" \
    "  apt install python3 python3-venv"
}

make_venv() {
  if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    local version
    version="$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
    stop "Python's venv module is incomplete here: Debian and Ubuntu keep it in a package of its own." \
      "  apt install python3-venv    (for $python: python$version-venv)"
  fi
  echo "Making $venv with $("$python" --version)"
  rm -rf "$venv"
  "$python" -m venv "$venv"
}

pip() {
  "$venv/bin/python" -m pip --disable-pip-version-check --no-input "$@"
}

# Shows pip's work as one moving line on a terminal, and says nothing between otherwise.
show_progress() {
  local total
  total="$(grep -c '^[A-Za-z0-9].*==' "$list")"
  awk -v total="$total" -v moving="$([ -t 1 ] && echo 1 || echo 0)" '
    /^(Collecting|Requirement already satisfied:) / {
      split($0, words, / |=/); done += 1
      if (moving) { printf "\r\033[K  %d of at most %d: %s", done, total, $1 == "Collecting" ? words[2] : "here"; fflush() }
    }
    /^Installing collected packages/ { if (moving) printf "\r\033[K  installing"; fflush() }
    END { if (moving) printf "\r\033[K" }'
}

# Programs in a virtual environment hold its place: one that was moved, or lost its Python, is made
# anew.
made_as="$(sed -n 's/^command = //p' "$venv/pyvenv.cfg" 2>/dev/null || true)"
if [[ "$made_as" != *" -m venv $PWD/$venv" ]] || ! "$venv/bin/python" -c "import pip" &>/dev/null; then
  python="$(find_python)"
  make_venv "$python"
fi

stamp="$venv/installed-$what-$(cat "$list" pyproject.toml scripts/setup.sh | sha256sum | cut -c1-16)"
[ -e "$stamp" ] && exit 0

echo "Installing the packages of $list (half a minute the first time)"
# Byte code is made on first use: compiling everything now would take half as long again.
if ! pip install --no-compile --require-hashes --requirement "$list" | show_progress; then
  stop "The packages could not be installed; the lines above say why." \
    "A network or a package mirror is needed this once (see PIP_INDEX_URL in pip's documentation)."
fi
if [ "$what" = run ]; then
  pip install --quiet --no-compile --no-deps --no-build-isolation --editable .
fi
rm -f "$venv/installed-$what-"*
touch "$stamp"
