#!/bin/sh
# Makes the image `omni-thinker/sandbox-python:1` without a registry: Debian's minbase with python3 (full standard library) by
# debootstrap, imported into Docker. Needs root, debootstrap and a Docker daemon. Fast and idle when the image is there.
#   OMNI_SANDBOX_IMAGE   name of the image
#   OMNI_DEBIAN_MIRROR   mirror to read from; default: the one that apt uses here
set -eu

image=${OMNI_SANDBOX_IMAGE:-omni-thinker/sandbox-python:1}
if docker image inspect "$image" >/dev/null 2>&1; then
  echo "docker: image $image is there" >&2
  exit 0
fi

if ! command -v debootstrap >/dev/null 2>&1; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap >/dev/null
fi

suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")
mirror=${OMNI_DEBIAN_MIRROR:-$(apt-get indextargets --format '$(SITE)' "Created-By: Packages" 2>/dev/null | grep -v security | head -n 1)}
mirror=${mirror:-http://deb.debian.org/debian}

root=$(mktemp -d "${TMPDIR:-/tmp}/omni-image-XXXXXX")
trap 'rm -rf --one-file-system "$root"' EXIT INT TERM

echo "docker: making $image with debootstrap ($suite), about a minute" >&2
debootstrap --variant=minbase --include=python3 "$suite" "$root" "$mirror" >"$root.log" 2>&1 || {
  tail -n 20 "$root.log" >&2
  exit 1
}
rm -f "$root.log"
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/doc/* "$root"/usr/share/man/* "$root"/usr/share/locale/*
# A set-uid program has nothing to give in a sandbox.
find "$root" -xdev -type f -perm /6000 -exec chmod a-s {} +
tar -C "$root" --numeric-owner --one-file-system -c . |
  docker import --change 'ENV PATH=/usr/local/bin:/usr/bin:/bin' --change 'ENV LANG=C.UTF-8' \
    --change 'LABEL org.opencontainers.image.title=omni-thinker-sandbox-python' - "$image" >/dev/null
echo "docker: made $image" >&2
