# shellcheck shell=bash
# What the tests with containers share: podman with a store of its own in one
# temporary folder, a base image that needs no registry, one network namespace;
# all of it removed at the end. Sourcing it changes to the top of the project.
# Needs root.
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
((EUID == 0)) || {
  echo "the container tests need root (network namespaces); run them with sudo, or
set AFTERHOURS_TEST_DOCKER=no to leave them out" >&2
  exit 1
}

kept=$PWD/build/docker
work=$(mktemp -d)
namespace=ah$$
mkdir -p "$kept"
export CONTAINERS_CONF=$PWD/tests/docker/containers.conf
podman=(podman --root "$work/store" --runroot "$work/run" --log-level fatal)
apart=(nsenter "--net=/run/netns/$namespace")

clean_up() {
  "${apart[@]}" "${podman[@]}" rm -fa -t1
  "${podman[@]}" rm -fa -t1
  "${apart[@]}" "${podman[@]}" network prune -f
  ip netns del "$namespace"
  umount "$work/store/overlay"
  rm -rf "$work"
  rmdir /sys/fs/cgroup/*/libpod_parent
} >/dev/null 2>&1
trap 'clean_up || true' EXIT

step() { printf '%s (%d s)\n' "$*" "$SECONDS"; }

wait_for() { # wait_for SECONDS WHAT COMMAND...; fail() is the caller's
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >"$work/last" 2>&1; do
    ((SECONDS < end)) || fail "waited in vain for $what: $(tail -n 3 "$work/last")"
    sleep 0.2
  done
}

make_base_image() {
  tests/docker/make_base "$kept/base.tar"
  "${podman[@]}" import -q --change 'CMD ["bash"]' \
    --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    "$kept/base.tar" docker.io/library/debian:bookworm-slim >/dev/null
  step "base image made"
}

image() { # image TAG DOCKERFILE CONTEXT
  "${podman[@]}" build --pull=never --format docker --network host -t "$1" \
    -f "$2" "$3" >"$kept/build.log" 2>&1 || {
    tail -n 40 "$kept/build.log" >&2
    exit 1
  }
  step "built $1, $("${podman[@]}" images --format '{{.Size}}' "$1")"
}
