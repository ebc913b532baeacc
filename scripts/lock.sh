#!/usr/bin/env bash
# Write requirements.lock (the program) and requirements-dev.lock (its tests) from a fresh environment.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/env"
pip=("$work/env/bin/python" -m pip --quiet --disable-pip-version-check)

write_lock() {  # $1: file, $2: what it is for
  { echo "# $2 Made by \`make lock\`."
    "${pip[@]}" freeze --exclude vademecum --exclude pip --exclude setuptools | sed -E 's/\+cpu$//'; } > "$1"
}

"${pip[@]}" install "torch==${TORCH_VERSION:?}"
"${pip[@]}" install ".[privacy]"
write_lock requirements.lock "Everything the program needs, exact versions."
"${pip[@]}" install ".[dev,privacy,ocr,distributed]"
write_lock requirements-dev.lock "The program and its test tools, exact versions."
