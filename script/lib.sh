# shellcheck shell=bash
# What the scripts beside this one share. Sourcing it changes to the top of
# the project, so that every script works from any directory.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

# What the steps write, for reading after a failure.
# shellcheck disable=SC2034 # used by the scripts that source this
logs=$PWD/build/logs
mkdir -p "$logs"

# Debian's own interpreter: another one earlier in PATH lacks its modules.
# shellcheck disable=SC2034
python=/usr/bin/python3

say() { printf '%s\n' "== $*" >&2; }

die() { # die TEXT [EXIT CODE]
  printf '%s\n' "$1" >&2
  exit "${2:-1}"
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "Some Debian packages are missing, and installing them needs root.
Run this once as root (sudo is not installed): $PWD/script/setup server test bench"
  fi
}

# configure PRESET [CMAKE OPTIONS]: quick when it was done before.
configure() {
  local preset=$1
  shift
  cmake --preset "$preset" "$@" >"$logs/configure-$preset.log" 2>&1 || {
    cat "$logs/configure-$preset.log" >&2
    die "cmake could not configure the $preset build"
  }
}

# build PRESET [TARGETS]: quiet when it goes well.
build() {
  local preset=$1
  shift
  cmake --build "build/$preset" ${1:+--target "$@"} \
    >"$logs/build-$preset.log" 2>&1 || {
    grep -v '^\[' "$logs/build-$preset.log" | head -n 60 >&2
    die "the $preset build failed; all of its output: $logs/build-$preset.log"
  }
}

# install_npm FOLDER INTO: what FOLDER/package.json names, in the versions of its
# lock file (npm ci would insist on packages for other systems, too).
install_npm() {
  local lock=$1/package-lock.json into=$2
  mkdir -p "$into"
  ! cmp -s "$lock" "$into/installed-lock.json" || return 0
  cp "$1"/package*.json "$into/"
  (cd "$into" && npm install --no-save --no-audit --no-fund --ignore-scripts \
    --no-update-notifier) >"$logs/npm.log" 2>&1 || {
    tail -n 20 "$logs/npm.log" >&2
    die "npm could not install what $1/package.json names"
  }
  cp "$lock" "$into/installed-lock.json"
}
